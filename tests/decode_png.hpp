// Reads the PNG files that ERM writes (8 bits, no interlace, stored or fixed Huffman blocks) and checks all that the
// format has to check: signature, chunk CRCs, the Adler-32 of the pixels.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

struct DecodedPng {
  std::size_t rows = 0, columns = 0, channels = 0;
  std::vector<std::uint8_t> pixels;
};

namespace png {

using Bytes = std::vector<std::uint8_t>;

inline void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("bad PNG: ") + what);
}

inline std::uint32_t big_endian(const Bytes& bytes, std::size_t at) {
  require(at + 4 <= bytes.size(), "cut off");
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[at + i];
  return value;
}

inline std::uint32_t crc32(const Bytes& bytes, std::size_t begin, std::size_t end) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (std::size_t i = begin; i < end; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
  }
  return ~crc;
}

/// RFC 1950 and 1951, without dynamic Huffman blocks.
class Inflate {
 public:
  explicit Inflate(const Bytes& in) : in_(in) {}

  Bytes all() {
    require(in_.size() > 6 && (in_[0] & 15) == 8 && (in_[0] * 256 + in_[1]) % 31 == 0, "zlib header");
    at_ = 16;
    bool last = false;
    while (!last) {
      last = bits(1) == 1;
      const unsigned type = bits(2);
      require(type < 2, "block type");
      if (type == 0)
        stored();
      else
        compressed();
    }
    at_ = (at_ + 7) / 8 * 8;
    std::uint32_t a = 1, b = 0;
    for (const std::uint8_t byte : out_) {
      a = (a + byte) % 65521;
      b = (b + a) % 65521;
    }
    require(big_endian(in_, at_ / 8) == (b << 16 | a), "Adler-32");
    require(at_ / 8 + 4 == in_.size(), "something follows the pixels");
    return out_;
  }

 private:
  unsigned bits(int count) {
    unsigned value = 0;
    for (int i = 0; i < count; ++i, ++at_) {
      require(at_ / 8 < in_.size(), "pixels are cut off");
      value |= static_cast<unsigned>(in_[at_ / 8] >> at_ % 8 & 1) << i;
    }
    return value;
  }
  unsigned code(int count) {  // Huffman codes come with their highest bit first
    unsigned value = 0;
    for (int i = 0; i < count; ++i) value = value << 1 | bits(1);
    return value;
  }
  unsigned symbol() {
    unsigned value = code(7);
    if (value < 24) return 256 + value;
    value = value << 1 | bits(1);
    if (value >= 0x30 && value < 0xC0) return value - 0x30;
    if (value >= 0xC0 && value < 0xC8) return 280 + value - 0xC0;
    value = value << 1 | bits(1);
    return 144 + value - 0x190;
  }
  void stored() {
    at_ = (at_ + 7) / 8 * 8;
    const unsigned size = bits(16);
    require((size ^ bits(16)) == 0xFFFF, "length of a stored block");
    for (unsigned i = 0; i < size; ++i) out_.push_back(static_cast<std::uint8_t>(bits(8)));
  }
  void compressed() {
    static constexpr std::array<int, 29> length_base = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                                        31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static constexpr std::array<int, 29> length_bits = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                        2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    static constexpr std::array<int, 30> distance_base = {
        1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
        193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    for (;;) {
      const unsigned value = symbol();
      if (value == 256) return;
      if (value < 256) {
        out_.push_back(static_cast<std::uint8_t>(value));
        continue;
      }
      require(value - 257 < length_base.size(), "length");
      const unsigned length = static_cast<unsigned>(length_base[value - 257]) + bits(length_bits[value - 257]);
      const unsigned distance_code = code(5);
      require(distance_code < distance_base.size(), "distance");
      const std::size_t distance = static_cast<unsigned>(distance_base[distance_code]) +
                                   bits(distance_code < 4 ? 0 : static_cast<int>(distance_code) / 2 - 1);
      require(distance <= out_.size(), "distance beyond the begin");
      for (unsigned i = 0; i < length; ++i) out_.push_back(out_[out_.size() - distance]);
    }
  }

  const Bytes& in_;
  std::size_t at_ = 0;  // in bits
  Bytes out_;
};

inline int paeth(int left, int up, int corner) {
  const int guess = left + up - corner;
  const int to_left = std::abs(guess - left), to_up = std::abs(guess - up), to_corner = std::abs(guess - corner);
  return to_left <= to_up && to_left <= to_corner ? left : to_up <= to_corner ? up : corner;
}

}  // namespace png

inline DecodedPng decode_png(const std::vector<std::uint8_t>& file) {
  using png::require;
  static constexpr std::uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  require(file.size() > 8 && std::equal(std::begin(signature), std::end(signature), file.begin()), "signature");
  DecodedPng image;
  png::Bytes packed;
  std::string chunks;
  for (std::size_t at = 8; at < file.size();) {
    const std::size_t size = png::big_endian(file, at), data = at + 8;
    require(data + size + 4 <= file.size(), "chunk is cut off");
    require(png::crc32(file, at + 4, data + size) == png::big_endian(file, data + size), "CRC of a chunk");
    const std::string type(file.begin() + static_cast<std::ptrdiff_t>(at) + 4,
                           file.begin() + static_cast<std::ptrdiff_t>(data));
    chunks += type + " ";
    if (type == "IHDR") {
      require(size == 13 && file[data + 8] == 8 && file[data + 10] == 0 && file[data + 11] == 0 && file[data + 12] == 0,
              "header");
      image.columns = png::big_endian(file, data);
      image.rows = png::big_endian(file, data + 4);
      const int color = file[data + 9];
      image.channels = color == 0 ? 1 : color == 2 ? 3 : color == 6 ? 4 : 0;
      require(image.channels != 0, "colour type");
    }
    if (type == "IDAT")
      packed.insert(packed.end(), file.begin() + static_cast<std::ptrdiff_t>(data),
                    file.begin() + static_cast<std::ptrdiff_t>(data + size));
    at = data + size + 4;
  }
  require(chunks == "IHDR IDAT IEND ", "chunks");

  const png::Bytes rows = png::Inflate(packed).all();
  const std::size_t row_size = image.columns * image.channels;
  require(rows.size() == image.rows * (row_size + 1), "number of pixels");
  image.pixels.resize(image.rows * row_size);
  for (std::size_t r = 0; r < image.rows; ++r) {
    const int filter = rows[r * (row_size + 1)];
    require(filter <= 4, "filter");
    for (std::size_t i = 0; i < row_size; ++i) {
      std::uint8_t* const pixel = image.pixels.data() + r * row_size + i;
      const int left = i >= image.channels ? pixel[-static_cast<std::ptrdiff_t>(image.channels)] : 0;
      const int up = r > 0 ? pixel[-static_cast<std::ptrdiff_t>(row_size)] : 0;
      const int corner =
          r > 0 && i >= image.channels ? pixel[-static_cast<std::ptrdiff_t>(row_size + image.channels)] : 0;
      const int guesses[] = {0, left, up, (left + up) / 2, png::paeth(left, up, corner)};
      *pixel = static_cast<std::uint8_t>(rows[r * (row_size + 1) + 1 + i] + guesses[filter]);
    }
  }
  return image;
}
