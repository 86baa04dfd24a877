"""Figures: for each, a function that computes what is shown and others that only draw it."""
