"""What a person does: one file for each item of the cabinet's menu."""
