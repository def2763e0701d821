"""Web: the shell in front of the services: sign-in of people, accounts of machines, and the API."""
