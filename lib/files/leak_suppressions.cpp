// Read by the leak sanitizer as a program starts.

extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier): the sanitizer's name

// UDUNITS's scanner (2.2.28, utlex) loses its copy of an identifier when what follows is a syntax error: some bytes for
// each misspelt unit, which UnitSystem looks up once.
extern "C" const char* __lsan_default_suppressions() { return "leak:utlex"; }
