"""The server of the page: listener, TLS, sign-in form, response headers."""
