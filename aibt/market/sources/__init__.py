"""The market sources: a folder of CSV files, shipped samples, Yahoo, and synthetic markets."""
