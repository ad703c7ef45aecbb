"""Jira's own pages, as the steps need them: the settings menu, the e-mail page, its dialogs."""
