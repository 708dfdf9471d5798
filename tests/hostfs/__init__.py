"""The parts of tests/host_fs_test.py."""
