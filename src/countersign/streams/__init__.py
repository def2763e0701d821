"""Work streams: plug-ins of one shape. Delete a stream's folder and everything else still works."""
