#include "fovea/formats/png.h"

#include <png.h>

#include <cassert>
#include <csetjmp>
#include <cstring>
#include <exception>
#include <stdexcept>

#include "fovea/base/error.h"
#include "fovea/formats/sizes.h"

namespace fovea {
namespace {

// libpng reports errors by a call that must not return. Everything with a destructor lives outside the functions that
// call setjmp, so that the jump skips none.
struct Trouble {
  char message[128] = "";
  [[noreturn]] static void fatal(png_structp png, png_const_charp message) {
    auto* trouble = static_cast<Trouble*>(png_get_error_ptr(png));
    std::strncpy(trouble->message, message, sizeof trouble->message - 1);
    png_longjmp(png, 1);
  }
  static void warning(png_structp, png_const_charp) {}
};

struct Input {
  Bytes unread;
  static void read(png_structp png, png_bytep dst, png_size_t size) {
    auto* input = static_cast<Input*>(png_get_io_ptr(png));
    if (size > input->unread.size()) png_error(png, "the file ends early");
    std::memcpy(dst, input->unread.data(), size);
    input->unread = input->unread.subspan(size);
  }
};

struct Output {
  std::string bytes;
  static void write(png_structp png, png_bytep src, png_size_t size) {
    bool room = true;
    try {
      static_cast<Output*>(png_get_io_ptr(png))->bytes.append(reinterpret_cast<const char*>(src), size);
    } catch (const std::exception&) {
      room = false;
    }
    if (!room) png_error(png, "out of memory");
  }
  static void flush(png_structp) {}
};

struct Reader {
  Trouble trouble;
  Input input;
  png_structp png = nullptr;
  png_infop info = nullptr;

  explicit Reader(Bytes bytes) : input{bytes} {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &trouble, Trouble::fatal, Trouble::warning);
    info = png == nullptr ? nullptr : png_create_info_struct(png);
    if (info == nullptr) {
      png_destroy_read_struct(&png, nullptr, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(png, &input, Input::read);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);  // our own limits have a message of their own
    png_set_chunk_malloc_max(png, 8'000'000);
    png_set_chunk_cache_max(png, 100);
    // All chunks but IHDR, PLTE, tRNS, IDAT and IEND: of an eXIf libpng would book as many bytes as it claims to have.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }

  Error wrong(const std::string& where) const {
    return file_error(where, "not a PNG file that can be read ({})", trouble.message);
  }

  ImageHeader header(Bytes bytes, const std::string& where, const ImageLimits& limits) {
    if (!read_header()) throw wrong(where);
    const auto height = static_cast<int64_t>(png_get_image_height(png, info));
    const auto width = static_cast<int64_t>(png_get_image_width(png, info));
    check_image_size(height, width, limits, where);
    // The rows as they were before compression must fit into what is left of the file.
    const uint64_t packed = uint64_t{png_get_rowbytes(png, info)} * static_cast<uint64_t>(height);
    if (!deflate_can_hold(bytes.size(), packed))
      throw file_error(where, "the file is too short for a picture of {}x{} pixels (got {} bytes)", width, height,
                       bytes.size());
    const bool colour = (png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR) != 0;
    return {height, width, colour ? 3 : 1};
  }

  bool read_header() {
    if (setjmp(png_jmpbuf(png))) return false;
    png_read_info(png, info);
    return true;
  }
  bool convert() {
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_expand(png);  // palettes to RGB, 1 2 4 bits to 8
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    return true;
  }
  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png))) return false;
    png_read_image(png, rows);
    png_read_end(png, nullptr);
    return true;
  }
};

struct Writer {
  Trouble trouble;
  Output output;
  png_structp png = nullptr;
  png_infop info = nullptr;

  Writer() {
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &trouble, Trouble::fatal, Trouble::warning);
    info = png == nullptr ? nullptr : png_create_info_struct(png);
    if (info == nullptr) {
      png_destroy_write_struct(&png, nullptr);
      throw std::bad_alloc();
    }
    png_set_write_fn(png, &output, Output::write, Output::flush);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { png_destroy_write_struct(&png, &info); }

  bool write(const Image& image) {
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_IHDR(png, info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height), 8,
                 image.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int64_t y = 0; y < image.height; ++y) png_write_row(png, image.row(y));
    png_write_end(png, nullptr);
    return true;
  }
};

}  // namespace

bool is_png(Bytes beginning) { return as_text(beginning).starts_with("\x89PNG\r\n\x1a\n"); }

ImageHeader png_header(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  Reader reader(bytes);
  return reader.header(bytes, where, limits);
}

Image decode_png(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  Reader reader(bytes);
  const ImageHeader header = reader.header(bytes, where, limits);
  if (!reader.convert()) throw reader.wrong(where);
  Image image(header.height, header.width, header.channels);
  assert(png_get_channels(reader.png, reader.info) == image.channels && "gray or RGB after the conversions");
  assert(static_cast<int64_t>(png_get_rowbytes(reader.png, reader.info)) == image.width * image.channels);
  std::vector<png_bytep> rows;
  for (int64_t y = 0; y < image.height; ++y) rows.push_back(image.row(y));
  if (!reader.read_rows(rows.data())) throw reader.wrong(where);
  return image;
}

std::string encode_png(const Image& image) {
  assert((image.channels == 1 || image.channels == 3) && "gray or RGB");
  Writer writer;
  if (!writer.write(image)) throw failed_error("png", "cannot encode a picture ({})", writer.trouble.message);
  return std::move(writer.output.bytes);
}

void save_png(const std::string& path, const Image& image) { write_file_atomically(path, encode_png(image)); }

}  // namespace fovea
