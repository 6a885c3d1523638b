"""How big a campaign is: CAMPAIGN_SCALE=0.1 for a quick look, 1 for the full one."""

import os


def scaled(number: int) -> int:
    return max(1, round(number * float(os.environ.get("CAMPAIGN_SCALE", "1"))))
