/// Update rules and parameter groups.
