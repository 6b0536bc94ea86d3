# The report's page as it stands in fovea/report/page/bundle.html becomes a text of the library.
set(page ${CMAKE_CURRENT_SOURCE_DIR}/report/page/bundle.html)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
file(READ ${page} text)
# A compiler takes literals of 64 KiB at least; longer ones as pieces that follow one another.
string(LENGTH "${text}" length)
set(literals "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 16000 piece)
  string(APPEND literals "R\"~~~~(${piece})~~~~\"\n")
  math(EXPR at "${at} + 16000")
endwhile()
set(source ${CMAKE_CURRENT_BINARY_DIR}/report_page.cpp)
file(CONFIGURE OUTPUT ${source} @ONLY CONTENT "namespace fovea {
extern const char* const kReportPage;
const char* const kReportPage =
@literals@;
}  // namespace fovea
")
target_sources(fovea_report PRIVATE ${source})
