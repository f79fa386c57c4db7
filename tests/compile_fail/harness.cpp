// Never compiles: the harness must say that this is no good twin.
no_such_type value;
