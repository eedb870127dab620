"""Paying what was decided: who is paid and how, batches, attempts, and the ways out."""
