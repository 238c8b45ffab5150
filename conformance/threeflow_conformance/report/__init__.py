"""Reports of a run: one page of HTML in either language, JSON, JUnit, a badge."""
