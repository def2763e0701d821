"""One module a command: `add_arguments(parser)` and `run(arguments)`. Each imports Django only when it runs."""
