"""What holds for every test: how Hypothesis searches, and what is not collected."""

import os

from hypothesis import settings

# No deadline: no test here measures time. On CI the search is the same in every run.
settings.register_profile("project", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("project")

# Emitted modules kept for comparison are data; importing them may need other libraries.
collect_ignore_glob = ["*/golden/*"]
