"""Exchange: cases, items, the release gate and approvals, inbox and outbox, clocks. The only room that calls law and link."""
