// The Prompting module.
