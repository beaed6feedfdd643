// Lets a run log figures of your own type or of a plotting library.
//
//   template <>
//   struct erm::FigureAdaptor<MyPlot> {
//     static std::string convert(const MyPlot& plot) { return plot.to_svg(); }
//   };
//
//   run.log_figure(my_plot, "plot");
#pragma once

#include <type_traits>
#include <utility>

namespace erm {

/// convert() returns erm::Json (a plotly figure), text (SVG), erm::Bytes (a PNG or JPEG file) or an erm::Figure.
template <class T, class = void>
struct FigureAdaptor;

namespace detail {

template <class T, class = void>
inline constexpr bool has_figure_adaptor = false;
template <class T>
inline constexpr bool
    has_figure_adaptor<T, std::void_t<decltype(FigureAdaptor<T>::convert(std::declval<const T&>()))>> = true;

}  // namespace detail

}  // namespace erm
