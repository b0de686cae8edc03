// Preprocessor machinery of describe.hpp; nothing here is for users.
//
// III_DETAIL_EACH(m, a, b, …) is m(a) m(b) …, for up to about 250 arguments. An argument may be a
// list in parentheses: III_DETAIL_IS_LIST tells 1 from 0, and III_DETAIL_CALL(m, a) is m(a), or
// m(x, y, …) for a list (x, y, …).
#pragma once

#define III_DETAIL_PARENS ()
#define III_DETAIL_EXPAND(...) \
  III_DETAIL_EXPAND3(III_DETAIL_EXPAND3(III_DETAIL_EXPAND3(III_DETAIL_EXPAND3(__VA_ARGS__))))
#define III_DETAIL_EXPAND3(...) \
  III_DETAIL_EXPAND2(III_DETAIL_EXPAND2(III_DETAIL_EXPAND2(III_DETAIL_EXPAND2(__VA_ARGS__))))
#define III_DETAIL_EXPAND2(...) \
  III_DETAIL_EXPAND1(III_DETAIL_EXPAND1(III_DETAIL_EXPAND1(III_DETAIL_EXPAND1(__VA_ARGS__))))
#define III_DETAIL_EXPAND1(...) \
  III_DETAIL_EXPAND0(III_DETAIL_EXPAND0(III_DETAIL_EXPAND0(III_DETAIL_EXPAND0(__VA_ARGS__))))
#define III_DETAIL_EXPAND0(...) __VA_ARGS__

#define III_DETAIL_EACH(macro, ...) \
  __VA_OPT__(III_DETAIL_EXPAND(III_DETAIL_EACH_STEP(macro, __VA_ARGS__)))
#define III_DETAIL_EACH_STEP(macro, first, ...) \
  III_DETAIL_CALL(macro, first)                 \
  __VA_OPT__(III_DETAIL_EACH_AGAIN III_DETAIL_PARENS(macro, __VA_ARGS__))
#define III_DETAIL_EACH_AGAIN() III_DETAIL_EACH_STEP

#define III_DETAIL_SECOND_OF(first, second, ...) second
#define III_DETAIL_SECOND(...) III_DETAIL_SECOND_OF(__VA_ARGS__)
#define III_DETAIL_PROBE(...) ~, 1
#define III_DETAIL_IS_LIST(argument) III_DETAIL_SECOND(III_DETAIL_PROBE argument, 0, ~)

#define III_DETAIL_JOIN_NOW(left, right) left##right
#define III_DETAIL_JOIN(left, right) III_DETAIL_JOIN_NOW(left, right)
#define III_DETAIL_CALL(macro, argument) \
  III_DETAIL_JOIN(III_DETAIL_CALL_, III_DETAIL_IS_LIST(argument))(macro, argument)
#define III_DETAIL_CALL_0(macro, argument) macro(argument)
#define III_DETAIL_CALL_1(macro, list) macro list
