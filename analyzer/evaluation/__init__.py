"""Measure how good the product is on labeled data: splits, data sets, metrics, reports."""
