"""Forms of the desks. They ask for what cannot be derived; what they take is validated once more by the services."""
