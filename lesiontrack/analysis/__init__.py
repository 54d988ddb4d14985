"""The cohort: time to event, lesion-level rates, refusals, and agreement with other measurements."""
