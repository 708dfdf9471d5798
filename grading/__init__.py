"""The parts of gradelib.py; a grader imports that and nothing from here."""
