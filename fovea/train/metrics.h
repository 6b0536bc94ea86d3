// Figures beside loss and accuracy, by Keras's rules and names (keras/src/metrics): gathered picture by picture.
//
//   top_K                                    TopKCategoricalAccuracy(k=K): the label is among the K largest
//   precision, recall                        Precision(), Recall(): of all outputs above 0.5, whichever class
//   precision_macro, precision_weighted,     scikit-learn's averages over classes, the largest output being the
//   recall_macro, recall_weighted            prediction; 0 where nothing was predicted or there is nothing to find
//   f1 (f1_macro), f1_weighted, f1_micro     F1Score(average=…)
//   auc                                      AUC(): area under the ROC curve of all outputs, by 200 thresholds
//
// Of a model with one output all of them but top_K look at the second class alone, predicted above 0.5, and the averages
// are over that one class. Sums are kept in double where Keras's are in float32.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fovea {

using Figures = std::vector<std::pair<std::string, double>>;

// One figure's arithmetic over sums that are kept outside, so that a checkpoint can hold them.
class Metric {
 public:
  explicit Metric(size_t size) : size_(size) {}
  virtual ~Metric() = default;
  size_t size() const { return size_; }  // of its sums, which start as 0
  // A picture's outputs and its class.
  virtual void add(double* sums, const float* outputs, int64_t label) const = 0;
  virtual double result(const double* sums) const = 0;

 private:
  size_t size_;
};

// Whether this is a metric's name.
bool is_metric(const std::string& name);
// "top_5", "precision", …: those a message may list.
const std::vector<std::string>& metric_names();

// Whether a class is among the k largest of a picture's outputs: ties at the edge count as in, outputs that are not all
// finite as out (tf.math.in_top_k).
bool in_top_k(const float* outputs, int64_t count, int64_t label, int64_t k);

// Those asked for, of a model with so many outputs.
class Metrics {
 public:
  Metrics() = default;
  // Throws Error (usage) for a name that is no metric's, one given twice, or K above the number of classes.
  Metrics(const std::vector<std::string>& names, int64_t outputs, const std::string& where);

  bool empty() const { return all_.empty(); }
  std::vector<double> sums() const { return std::vector<double>(size_); }  // of no picture
  void add(std::vector<double>& sums, const float* outputs, int64_t label) const;
  Figures figures(const std::vector<double>& sums) const;

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Metric>>> all_;
  size_t size_ = 0;
};

}  // namespace fovea
