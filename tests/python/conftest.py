"""Examples are the same in every run, and nothing is written beside the tests."""
import hypothesis

hypothesis.settings.register_profile("lapicque", derandomize=True, database=None, deadline=None, print_blob=True)
hypothesis.settings.load_profile("lapicque")
