"""The demonstration: two nodes on this machine play the main job, and a checker looks at them from outside."""
