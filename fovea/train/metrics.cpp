#include "fovea/train/metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea {
namespace {

constexpr double kEpsilon = 1e-7;  // Keras's

double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

class TopK final : public Metric {
 public:
  TopK(int64_t k, int64_t outputs) : Metric(2), k_(k), outputs_(outputs) {}

  void add(double* sums, const float* outputs, int64_t label) const override {
    const bool in = outputs_ == 1 ? k_ >= 2 || (outputs[0] > 0.5f) == (label == 1) : in_top_k(outputs, outputs_, label, k_);
    sums[0] += in ? 1 : 0;
    sums[1] += 1;
  }
  double result(const double* sums) const override { return ratio(sums[0], sums[1]); }

 private:
  int64_t k_, outputs_;
};

bool is_of(int64_t output, int64_t outputs, int64_t label) { return outputs == 1 ? label == 1 : label == output; }

// Outputs above 0.5, right and wrong ones.
class AboveHalf final : public Metric {
 public:
  AboveHalf(bool precision, int64_t outputs) : Metric(2), precision_(precision), outputs_(outputs) {}

  void add(double* sums, const float* outputs, int64_t label) const override {
    for (int64_t c = 0; c < outputs_; ++c) {
      const bool predicted = outputs[c] > 0.5f, is = is_of(c, outputs_, label);
      sums[0] += predicted && is;
      sums[1] += precision_ ? predicted && !is : !predicted && is;
    }
  }
  double result(const double* sums) const override { return ratio(sums[0], sums[0] + sums[1]); }

 private:
  bool precision_;
  int64_t outputs_;
};

enum class Average { macro, weighted, micro };

// Right, wrong and missed predictions of each class: the largest outputs are the prediction.
class ByClass : public Metric {
 public:
  ByClass(Average average, int64_t outputs)
      : Metric(3 * static_cast<size_t>(outputs)), average_(average), outputs_(outputs) {}

  void add(double* sums, const float* outputs, int64_t label) const final {
    const float largest = outputs_ == 1 ? 0.5f : *std::max_element(outputs, outputs + outputs_);
    for (int64_t c = 0; c < outputs_; ++c) {
      const bool predicted = outputs_ == 1 ? outputs[c] > largest : outputs[c] >= largest && std::abs(outputs[c]) > 1e-9f;
      const bool is = is_of(c, outputs_, label);
      double* of_class = sums + 3 * c;
      of_class[0] += predicted && is;
      of_class[1] += predicted && !is;
      of_class[2] += !predicted && is;
    }
  }
  double result(const double* sums) const final {
    if (average_ == Average::micro) {
      double all[3] = {};
      for (size_t i = 0; i < size(); ++i) all[i % 3] += sums[i];
      return of_class(all[0], all[1], all[2]);
    }
    double sum = 0, weights = 0;
    for (size_t c = 0; c < size(); c += 3) {
      const double weight = average_ == Average::macro ? 1 : sums[c] + sums[c + 2];
      sum += weight * of_class(sums[c], sums[c + 1], sums[c + 2]);
      weights += weight;
    }
    return ratio(sum, weights);
  }

 protected:
  virtual double of_class(double right, double wrong, double missed) const = 0;

 private:
  Average average_;
  int64_t outputs_;
};

class F1 final : public ByClass {
 public:
  using ByClass::ByClass;

 private:
  double of_class(double right, double wrong, double missed) const override {
    const double precision = right / (right + wrong + kEpsilon), recall = right / (right + missed + kEpsilon);
    return 2 * precision * recall / (precision + recall + kEpsilon);
  }
};

class ClassPrecision final : public ByClass {
 public:
  using ByClass::ByClass;

 private:
  double of_class(double right, double wrong, double) const override { return ratio(right, right + wrong); }
};

class ClassRecall final : public ByClass {
 public:
  using ByClass::ByClass;

 private:
  double of_class(double right, double, double missed) const override { return ratio(right, right + missed); }
};

// How many outputs of right and of wrong classes lie between two of 200 thresholds; the area by trapezia.
class AUC final : public Metric {
 public:
  explicit AUC(int64_t outputs) : Metric(2 * kThresholds), outputs_(outputs) {}

  void add(double* sums, const float* outputs, int64_t label) const override {
    for (int64_t c = 0; c < outputs_; ++c) {
      const float p = std::clamp(outputs[c], 0.0f, 1.0f);  // NaN stays
      if (std::isnan(p)) continue;
      const auto bucket = static_cast<size_t>(std::max(std::ceil(p * (kThresholds - 1)) - 1, 0.0f));
      sums[2 * bucket + (is_of(c, outputs_, label) ? 0 : 1)] += 1;
    }
  }
  double result(const double* sums) const override {
    double total[2] = {};
    for (size_t i = 0; i < size(); ++i) total[i % 2] += sums[i];
    double area = 0, x = 0, y = 0, above[2] = {};
    for (size_t bucket = kThresholds; bucket-- > 0;) {
      above[0] += sums[2 * bucket];
      above[1] += sums[2 * bucket + 1];
      const double next_y = ratio(above[0], total[0]), next_x = ratio(above[1], total[1]);
      area += (next_x - x) * (next_y + y) / 2;
      x = next_x;
      y = next_y;
    }
    return area;
  }

 private:
  static constexpr size_t kThresholds = 200;
  int64_t outputs_;
};

// K of "top_K".
std::optional<int64_t> k_of(const std::string& name) {
  if (!name.starts_with("top_")) return std::nullopt;
  int64_t k = 0;
  const auto [stop, code] = std::from_chars(name.data() + 4, name.data() + name.size(), k);
  if (code != std::errc() || stop != name.data() + name.size() || k < 1) return std::nullopt;
  return k;
}

using Make = std::unique_ptr<Metric> (*)(int64_t outputs);

template <class M, Average average>
std::unique_ptr<Metric> by_class(int64_t outputs) {
  return std::make_unique<M>(average, outputs);
}

const std::vector<std::pair<std::string, Make>>& known() {
  static const std::vector<std::pair<std::string, Make>> all = {
      {"precision", [](int64_t outputs) -> std::unique_ptr<Metric> { return std::make_unique<AboveHalf>(true, outputs); }},
      {"recall", [](int64_t outputs) -> std::unique_ptr<Metric> { return std::make_unique<AboveHalf>(false, outputs); }},
      {"precision_macro", by_class<ClassPrecision, Average::macro>},
      {"precision_weighted", by_class<ClassPrecision, Average::weighted>},
      {"recall_macro", by_class<ClassRecall, Average::macro>},
      {"recall_weighted", by_class<ClassRecall, Average::weighted>},
      {"f1", by_class<F1, Average::macro>},
      {"f1_macro", by_class<F1, Average::macro>},
      {"f1_weighted", by_class<F1, Average::weighted>},
      {"f1_micro", by_class<F1, Average::micro>},
      {"auc", [](int64_t outputs) -> std::unique_ptr<Metric> { return std::make_unique<AUC>(outputs); }}};
  return all;
}

std::unique_ptr<Metric> make_metric(const std::string& name, int64_t outputs, const std::string& where) {
  if (const auto k = k_of(name)) {
    const int64_t classes = std::max<int64_t>(2, outputs);
    if (*k > classes) throw usage_error(where, "there are not so many classes (got {}, expected at most {})", name, classes);
    return std::make_unique<TopK>(*k, outputs);
  }
  for (const auto& [known_name, make] : known())
    if (known_name == name) return make(outputs);
  std::string all;
  for (const std::string& metric : metric_names()) all += (all.empty() ? "" : ", ") + metric;
  throw usage_error(where, "unknown metric (got \"{}\", expected {}){}", name, all, did_you_mean(name, metric_names()));
}

}  // namespace

const std::vector<std::string>& metric_names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names = {"top_5"};
    for (const auto& [name, make] : known()) names.push_back(name);
    return names;
  }();
  return all;
}

bool is_metric(const std::string& name) {
  return k_of(name) || std::find(metric_names().begin(), metric_names().end(), name) != metric_names().end();
}

bool in_top_k(const float* outputs, int64_t count, int64_t label, int64_t k) {
  if (!std::all_of(outputs, outputs + count, [](float value) { return std::isfinite(value); })) return false;
  return std::count_if(outputs, outputs + count, [&](float value) { return value > outputs[label]; }) < k;
}

Metrics::Metrics(const std::vector<std::string>& names, int64_t outputs, const std::string& where) {
  for (const std::string& name : names) {
    for (const auto& [other, metric] : all_)
      if (other == name) throw usage_error(where, "a metric is given twice (got {} again, expected each once)", name);
    all_.emplace_back(name, make_metric(name, outputs, where));
    size_ += all_.back().second->size();
  }
}

void Metrics::add(std::vector<double>& sums, const float* outputs, int64_t label) const {
  double* of_metric = sums.data();
  for (const auto& [name, metric] : all_) {
    metric->add(of_metric, outputs, label);
    of_metric += metric->size();
  }
}

Figures Metrics::figures(const std::vector<double>& sums) const {
  Figures figures;
  const double* of_metric = sums.data();
  for (const auto& [name, metric] : all_) {
    figures.emplace_back(name, metric->result(of_metric));
    of_metric += metric->size();
  }
  return figures;
}

}  // namespace fovea
