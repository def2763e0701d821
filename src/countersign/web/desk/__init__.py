"""The desks: pages on which people do the job. A view calls the services that the API calls; it decides nothing."""
