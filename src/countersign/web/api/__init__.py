"""The API of a node for the systems of its own state's agencies: OpenAPI 3.1 under /api/v1, problem+json for every error."""
