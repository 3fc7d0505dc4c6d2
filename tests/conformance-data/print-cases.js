// Prints the cases as one JSON document. A suite holds suites and tests; a test's "original" is what its authors wrote.
import { tests as conformance } from "@bufbuild/cel-spec/testdata/conformance.js";
import { tests as parsing } from "@bufbuild/cel-spec/testdata/parsing.js";

process.stdout.write(JSON.stringify({ conformance, parsing }));
