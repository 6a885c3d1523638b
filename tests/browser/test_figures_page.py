"""A manager on a small phone reads the figures and takes them along as a file."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Service, phone
from tests.browser.test_around_a_case import become, check
from tests.browser.test_two_windows import sign_in
