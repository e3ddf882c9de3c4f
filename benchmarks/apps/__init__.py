"""Programs the project's own figures are compared with."""
