// The program's commands. Each takes the words behind its name, prints its result and returns the exit code; what goes
// wrong is thrown as Error.
#pragma once

#include <string>
#include <vector>

namespace fovea::app {

using Arguments = std::vector<std::string>;

int train(const Arguments& arguments);
int eval(const Arguments& arguments);
int predict(const Arguments& arguments);
int convert(const Arguments& arguments);
int features(const Arguments& arguments);
int explain(const Arguments& arguments);
int summary(const Arguments& arguments);
int bench(const Arguments& arguments);
int data(const Arguments& arguments);
int models(const Arguments& arguments);
int ensemble(const Arguments& arguments);
int report(const Arguments& arguments);
int tune(const Arguments& arguments);
int study(const Arguments& arguments);
int runs(const Arguments& arguments);
int doctor(const Arguments& arguments);

}  // namespace fovea::app
