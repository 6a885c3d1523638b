"""The help line: cases, who is on duty, alarms that are never lost, and the relay between a person and a worker."""
