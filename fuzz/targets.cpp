#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <filesystem>

#include "app/config_file.h"
#include "fovea/base/error.h"
#include "fovea/data/load_pictures.h"
#include "fovea/data/picture_files.h"
#include "fovea/data/source.h"
#include "fovea/formats/archive.h"
#include "fovea/formats/bmp_pnm.h"
#include "fovea/formats/csv.h"
#include "fovea/formats/gzip.h"
#include "fovea/formats/hdf5.h"
#include "fovea/formats/hdf5_writer.h"
#include "fovea/formats/idx.h"
#include "fovea/formats/jpeg.h"
#include "fovea/formats/npy.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/pickle.h"
#include "fovea/formats/png.h"
#include "fovea/formats/safetensors.h"
#include "fovea/formats/toml.h"
#include "fovea/formats/webp.h"
#include "fovea/formats/zip_file.h"
#include "fovea/io/architecture.h"
#include "fovea/io/keras_file.h"
#include "fovea/io/model_file.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/tune/sampling.h"
#include "fovea/tune/search_space.h"
#include "fuzz/input_file.h"
#include "fuzz/target.h"
#include "tests/harness/source_tree.h"

namespace fovea::fuzz {
namespace {

constexpr const char* kWhere = "input";
constexpr uint64_t kMaxBytes = uint64_t{1} << 24;
constexpr ImageLimits kLimits = {.side = 4096, .pixels = 1 << 20};

void npy(Bytes input) { parse_npy(input, kWhere); }

void npz(Bytes input) {
  const Npz archive(input, kWhere);
  for (const std::string& name : archive.names()) {
    archive.header(name);
    archive.read(name);
  }
}

// Labels and pictures that belong together.
void npz_data(Bytes input) {
  const InputFile file(input);
  read_npz(file.path(), {}, {});
}

void safetensors(Bytes input) {
  const Safetensors file(input, kWhere);
  for (const SafetensorsEntry& entry : file.entries()) file.read(entry.name);
}

void model_file(Bytes input) { read_model(Safetensors(input, kWhere)); }

void idx(Bytes input) {
  const InputFile file(input);
  load_idx(file.path());
}

void gzip(Bytes input) { gunzip(input, kWhere, kMaxBytes); }
void png(Bytes input) { decode_png(input, kWhere, kLimits); }
void jpeg(Bytes input) { decode_jpeg(input, kWhere, {.limits = kLimits}); }
// Known by its content, turned upright; what the header promises is kept.
void image(Bytes input) {
  const Image image = decode_image(input, kWhere, {.limits = kLimits, .least_height = 8, .least_width = 8});
  const ImageHeader header = read_image_header(input, kWhere, kLimits);
  if (header.height < image.height || header.width < image.width || header.channels != image.channels) std::abort();
}
void pickle(Bytes input) {
  const Pickle pickle(input, kWhere);
  for (const char* key : {"data", "labels", "fine_labels"})
    if (const auto value = pickle.find(pickle.top(), key)) {
      try {
        pickle.byte_array(*value, key);
      } catch (const Error&) {
        pickle.integers(*value, key);
      }
    }
}

void csv(Bytes input) {
  for (const CsvRow& row : parse_csv(as_text(input), kWhere))
    if (row.fields.empty()) std::abort();
}

// Listed, and every file of it read.
void archive(Bytes input) {
  const InputFile file(input);
  for (ArchiveReader reader(file.path()); reader.next();)
    if (reader.is_file()) reader.read(kMaxBytes);
}

// Every member of an archive by its name.
void zip(Bytes input) {
  const ZipFile file(input, kWhere);
  for (const std::string& name : file.names()) file.read(name, kMaxBytes);
}

// Every tensor that is said to be readable, and every list of texts.
void hdf5(Bytes input) {
  const Hdf5File file(input, kWhere, {.tensor_bytes = kMaxBytes});
  for (const Hdf5Entry& entry : file.tensors())
    if (entry.problem.empty() && file.read(entry.path).shape() != entry.shape) std::abort();
  for (const char* name : {"list", "fixed_list", "pieces", "layer_names"}) file.texts("", name);
}

// Class folders in an archive, as a whole data set.
void picture_archive(Bytes input) {
  const InputFile file(input);
  load_pictures(list_class_folders(open_archive(file.path())), {.size = PictureSize{4, 4}, .threads = 1}, {});
}

// A list of files that are not there.
void manifest(Bytes input) {
  const InputFile file(input);
  const PictureFiles files = read_manifest(file.path());
  for (const PictureFile& picture : files.files)
    if (picture.label < 0 || picture.label >= files.classes) std::abort();
}

void webp(Bytes input) { decode_webp(input, kWhere, kLimits); }
void bmp(Bytes input) { decode_bmp(input, kWhere, kLimits); }
void pnm(Bytes input) { decode_pnm(input, kWhere, kLimits); }
void json(Bytes input) {
  parse_json(as_text(input), kWhere);
  parse_sorted_json(as_text(input), kWhere);
}

// What is read can be written and is then the same.
void architecture(Bytes input) {
  const Graph graph = read_architecture(parse_json(as_text(input), kWhere), kWhere, {.picture_shape = Shape{32, 32, 3}});
  const Json shorter = write_short(graph);
  if (write_short(read_architecture(shorter, "short form")) != shorter) std::abort();
  if (write_short(read_architecture(write_keras(graph), "Keras's form")) != shorter) std::abort();
}

// A search space in JSON, else in TOML: values are drawn from it and put into it, and it is the same once written.
void search_space(Bytes input) {
  Json json;
  try {
    json = parse_json(as_text(input), kWhere);
  } catch (const Error&) {
    json = parse_toml(as_text(input), kWhere);
  }
  try {
    const tune::SearchSpace search = tune::SearchSpace::from_json(json, kWhere);
    const tune::Space space = search.space({{"optimizer", "adam"}});
    const Json written = space.to_json();
    if (tune::read_parameters(written["parameters"], kWhere, written["outside"]).to_json() != written) std::abort();
    const tune::Values values = tune::draw(space, 1).values;
    search.model_with(space, values);
    search.options_with(space, values);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::usage) throw;  // its names and values are the user's words
  }
}

// A whole model of Keras's, or weights alone.
void keras_file(Bytes input) {
  const InputFile file(input);
  if (is_weights_file(file.path())) return;
  read_keras_file(file.path(), {.picture_shape = Shape{8, 8, 3}});
}

// The test batch of a folder; the others are not looked at.
void cifar10(Bytes input) {
  static const std::string folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "fovea-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    std::filesystem::create_symlink("/dev/null", name + "/data_batch_1.bin");
    return name;
  }();
  static const struct Remove {
    ~Remove() { std::filesystem::remove_all(folder); }
  } at_exit;
  const InputFile file(input);
  std::filesystem::remove(folder + "/test_batch.bin");
  std::filesystem::create_symlink(file.path(), folder + "/test_batch.bin");
  read_cifar10(folder, {.train = false});
}

// TOML that is none of options is the user's mistake, not the file's.
void config(Bytes input) {
  const InputFile file(input);
  try {
    app::read_config_file(file.path());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::usage) throw;
  }
}

std::vector<std::string> cifar_records() {
  std::string record(3073, '\x7f');
  record[0] = 9;
  return {record, record + record};
}

std::vector<std::string> configs() {
  return {"epochs = 5\nlearning_rate = 1e-3\nname = \"a\\u00e9\"\nflip = true\n",
          "list = [1, 2.5, 'x']\n[table]\nkey = 1979-05-27T07:32:00Z\nhex = 0xff\ntext = '''\na\n'''\n",
          "key = 1979-05-27T:32:00Z\n"};  // a time without its hour
}

// Of either form, and what Keras 2 and 3 wrote.
std::vector<std::string> architectures() {
  std::vector<std::string> all = {
      R"({"name": "small", "input_shape": [28, 28, 1], "layers": [
          {"Conv2D": {"filters": 8, "kernel_size": 3, "activation": "relu", "name": "stem"}}, {"BatchNormalization": {}},
          {"MaxPooling2D": {}}, {"Dropout": {"rate": 0.2}}, {"Flatten": {}}, {"Dense": {"units": 10}}, {"Softmax": {}}]})",
      R"({"layers": [{"Conv2D": {"filters": 4, "kernel_size": [3, 2], "padding": "same", "strides": 2, "name": "a"}},
          {"ReLU": {"max_value": 6}}, {"Add": {}, "inputs": ["re_lu", "a"]}, {"AveragePooling2D": {"pool_size": 2}},
          {"GlobalAveragePooling2D": {}}], "output": "add"})"};
  const std::string folder = source_tree("tests/golden/architectures");
  for (const FolderEntry& entry : list_folder(folder))
    all.push_back(parse_json(read_file(folder + "/" + entry.name), entry.name)["architecture"].dump());
  return all;
}

std::vector<std::string> search_spaces() {
  return {R"({"model": {"layers": [{"Conv2D": {"filters": "$filters"}}, {"ReLU": {}, "when": {"norm": [true]}}]}, "options": {"augment": "zoom_range=$rate"},
              "parameters": {"filters": {"type": "int", "min": 8, "max": 64, "step": 2, "sampling": "log"}, "norm": {"type": "boolean"},
                             "rate": {"type": "float", "min": 0.1, "max": 0.5, "step": 0.1}, "k": {"type": "choice", "values": [3, 5], "default": 5},
                             "m": {"type": "float", "min": 1e-4, "max": 1, "sampling": "reverse_log", "when": {"optimizer": "sgd"}}}})",
          "model = \"basic\"\n[parameters.batch_size]\ntype = \"int\"\nmin = 8\nmax = 64\n[parameters.x]\ntype = \"fixed\"\nvalue = 1.5\n"};
}

// Models of every shape, as every version of Keras wrote them.
std::vector<std::string> keras_files() {
  std::vector<std::string> all;
  for (const char* model : {"chain", "branches", "transfer", "shared_layers", "teachable_machine", "trained_adam"}) {
    const std::string folder = source_tree("tests/golden/keras_files/") + model;
    for (const FolderEntry& entry : list_folder(folder))
      if (entry.name.ends_with(".keras") || entry.name.ends_with(".h5")) all.push_back(read_file(folder + "/" + entry.name));
  }
  return all;
}

// What `save(path)` writes.
template <class Save>
std::string saved(Save save) {
  const auto name = "fovea-fuzz-" + std::to_string(::getpid());
  const std::string path = (std::filesystem::temp_directory_path() / name).string();
  save(path);
  std::string bytes = read_file(path);
  std::filesystem::remove(path);
  return bytes;
}

std::vector<std::string> model_files() {
  Model model = sequential({.name = "tiny", .input_shape = {4, 4, 1}}, Conv2D({.filters = 2, .kernel_size = 3}), Flatten(),
                           Dense({.units = 2, .activation = ActivationKind::softmax}));
  model.info.class_names = {"a", "b"};
  model.info.preprocessing = "unit";
  return {saved([&](const std::string& path) { save_model(model, path); })};
}

std::vector<std::string> npz_data_sets() {
  const std::vector<float> rows_of_ones = {0, 1, 1, 0, 0, 1, 1, 0};
  const Array x(DType::u8, {4, 3, 2, 1}), y(DType::i64, {4, 1}), one_hot = Array::of<float>({4, 2}, rows_of_ones);
  const std::vector<NamedTensor> integers = {NamedTensor::of("x_train", x), NamedTensor::of("y_train", y)};
  std::vector<NamedTensor> all = {NamedTensor::of("x_test", x), NamedTensor::of("y_test", one_hot)};
  all.insert(all.end(), integers.begin(), integers.end());
  return {saved([&](const std::string& path) { save_npz(path, integers); }),
          saved([&](const std::string& path) { save_npz(path, all, {.compress = true}); })};
}

// As Keras has them: layers with variables and names of theirs.
std::vector<std::string> hdf5_files() {
  const std::vector<float> x = {0, .25f, .5f, .75f, 1, 1.25f};
  Hdf5Writer writer(kWhere);
  for (const char* layer : {"conv2d", "dense"}) {
    const std::string variables = std::string("layers/") + layer + "/vars";
    writer.tensor({variables + "/0", DType::f32, {2, 3}, x.data()});
    writer.text(variables, "name", layer);
  }
  writer.texts("", "layer_names", {"conv2d", "dense"});
  return {std::string(as_text(writer.finish()))};
}

std::vector<std::string> manifests() {
  return {"path,label,split\na.png,cat,train\n\"b, c.png\",\"d \"\"og\"\"\",test\r\n", "a/1.png,0\nb/2.png,1\n\nc,2,val\n"};
}

// A zip by libzip; the same files as tar, as libarchive writes it.
std::vector<std::string> archives() {
  const std::string picture = read_file(source_tree("tests/golden/pictures/gray.pgm"));
  std::vector<std::string> all;
  const char* names[] = {"set/train/a/1.pgm", "set/train/b/2.pgm", "set/test/a/3.pgm"};
  for (const bool zip : {true, false})
    all.push_back(saved([&](const std::string& path) {
      ::archive* writer = archive_write_new();
      zip ? archive_write_set_format_zip(writer) : archive_write_set_format_ustar(writer);
      if (!zip) archive_write_add_filter_gzip(writer);
      if (archive_write_open_filename(writer, path.c_str()) != ARCHIVE_OK) std::abort();
      for (const char* name : names) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, name);
        archive_entry_set_size(entry, static_cast<la_int64_t>(picture.size()));
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_write_header(writer, entry);
        archive_write_data(writer, picture.data(), picture.size());
        archive_entry_free(entry);
      }
      archive_write_free(writer);
    }));
  return all;
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"npy", npy, {".npy"}},
      {"npz", npz, {".npz"}},
      {"npz_data", npz_data, {}, npz_data_sets},
      {"safetensors", safetensors, {".safetensors"}},
      {"model_file", model_file, {}, model_files},
      {"idx", idx, {".idx", ".idx.gz"}},
      {"gzip", gzip, {".gz"}},
      {"png", png, {".png"}},
      {"jpeg", jpeg, {".jpg"}},
      {"image", image, {".jpg", ".png", ".webp", ".bmp", ".ppm", ".pgm"}},
      {"webp", webp, {".webp"}},
      {"bmp", bmp, {".bmp"}},
      {"pnm", pnm, {".ppm", ".pgm"}},
      {"pickle", pickle, {"_p2", "_p3", "_p4", "_fortran"}},
      {"csv", csv, {".csv"}, manifests},
      {"manifest", manifest, {".csv"}, manifests},
      {"archive", archive, {}, archives},
      {"picture_archive", picture_archive, {}, archives},
      {"zip", zip, {".npz"}},
      {"hdf5", hdf5, {".h5"}, hdf5_files},
      {"keras_file", keras_file, {}, keras_files},
      {"json", json, {".json"}},
      {"architecture", architecture, {}, architectures},
      {"search_space", search_space, {}, search_spaces},
      {"cifar10", cifar10, {}, cifar_records},
      {"config", config, {}, configs},
  };
  return all;
}

}  // namespace fovea::fuzz
