"""Who is asking: e-mails, passwords, tokens, sealed keys, and how often one may ask."""
