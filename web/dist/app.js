// node_modules/preact/dist/preact.mjs
var n, t, r, u, i, f, o, e, l, c, a, s, h = /* @__PURE__ */ Symbol.for("pv"), p = {}, y = [], v = /^m(i|n|o|s|text|space)$/, w = Array.isArray, d = y.slice, _ = Object.assign;
function g(n3) {
  n3 && n3.parentNode && n3.remove();
}
function k(n3, t4, r4) {
  var u4, i4, f5, o5 = {}, e4 = arguments.length;
  for (f5 in t4) f5 == "key" ? u4 = t4[f5] : f5 == "ref" && typeof n3 != "function" ? i4 = t4[f5] : o5[f5] = t4[f5];
  return e4 > 2 && (o5.children = e4 > 3 ? d.call(arguments, 2) : r4), m(n3, o5, u4, i4, null);
}
function m(r4, u4, i4, f5, o5) {
  var e4 = { type: r4, props: u4, key: i4, ref: f5, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: h, __v: o5 || ++t, __i: -1, __u: 0 };
  return !o5 && n.vnode && n.vnode(e4), e4;
}
function $(n3) {
  return n3.children;
}
function x(n3, t4) {
  this.props = n3, this.context = t4, this.__g = 0;
}
function S(n3, t4) {
  if (t4 == null) return n3.__ && S(n3.__, n3.__i + 1);
  for (var r4; t4 < n3.__k.length; t4++) if ((r4 = n3.__k[t4]) && r4.__e) return r4.__e;
  return typeof n3.type != "function" || n3.props.__P ? null : S(n3);
}
function C(t4) {
  var r4, u4 = t4.__v, i4 = u4.__e, f5 = [], o5 = [], e4 = t4.__P;
  e4 && ((r4 = _({ constructor: h }, u4)).__v = u4.__v + 1, n.vnode && n.vnode(r4), z(e4, r4, u4, t4.__n, e4.namespaceURI, 32 & u4.__u ? [i4] : null, f5, i4 || S(u4), 32 & u4.__u, o5), r4.__v = u4.__v, r4.__.__k[r4.__i] = r4, E(f5, r4, o5), u4.__ = u4.__e = null, r4.__e != i4 && j(r4));
}
function j(n3) {
  if ((n3 = n3.__) && n3.__c && !n3.props.__P) return n3.__e = null, n3.__k.some(function(t4) {
    return t4 && (n3.__e = t4.__e);
  }), j(n3);
}
function L(t4) {
  (8 & t4.__g || (t4.__g |= 8, u.push(t4), f++)) && i == n.debounceRendering || ((i = n.debounceRendering) || queueMicrotask)(H);
}
function H() {
  try {
    for (var n3, t4 = 1; u.length; ) u.length > t4 && u.sort(o), n3 = u.shift(), t4 = u.length, 8 & n3.__g && C(n3);
  } finally {
    (f = u.length) && (i || queueMicrotask)(H);
  }
}
function I(n3, t4, r4, u4, i4, f5, o5, e4, l4, c4, a5) {
  var s4, h5, v4, w5, d5, _4, g5 = u4.__k || y, k4 = t4.length;
  for (l4 = q(r4, t4, g5, l4, k4), s4 = 0; s4 < k4; s4++) (v4 = r4.__k[s4]) != null && (h5 = ~v4.__i && g5[v4.__i] || p, v4.__i = s4, _4 = z(n3, v4, h5, i4, f5, o5, e4, l4, c4, a5), w5 = v4.__e, (h5.ref != v4.ref || 8 & h5.__u) && (h5.ref && G(h5.ref, null, v4, h5), v4.ref && a5.push(v4.ref, v4.__c || w5, v4)), d5 = d5 || w5, 4 & v4.__u ? (l4 = A(v4, l4, n3, !h5.__v), h5.__e && (h5.__e = null)) : typeof v4.type == "function" && _4 !== void 0 ? l4 = _4 : w5 && (l4 = w5.nextSibling), v4.__u &= -21);
  return r4.__e = d5, l4;
}
function q(n3, t4, r4, u4, i4) {
  var f5, o5, e4, l4, c4, a5, s4, p5, y5, v4 = r4.length, d5 = v4, _4 = 0, g5 = 0, k4 = n3.__k = Array(i4);
  for (f5 = 0; f5 < i4; f5++) (o5 = t4[f5]) != null && typeof o5 != "boolean" && typeof o5 != "function" ? (typeof o5 != "object" || o5.constructor === String ? o5 = k4[f5] = m(null, o5) : w(o5) ? o5 = k4[f5] = m($, { children: o5 }) : o5.constructor === h && o5.__b ? o5 = k4[f5] = m(o5.type, o5.props, o5.key, o5.ref, o5.__v) : k4[f5] = o5, l4 = f5 + _4, o5.__ = n3, o5.__b = n3.__b + 1, e4 = null, ~(c4 = o5.__i = P(o5, r4, l4, d5)) && (d5--, (e4 = r4[c4]) && (e4.__u |= 2)), e4 && e4.__v ? (o5.__u |= 16, c4 == l4 - 1 ? _4-- : c4 == l4 + 1 ? _4++ : c4 != l4 && (c4 > l4 ? _4-- : _4++, g5 = 1)) : (~c4 || (i4 > v4 ? _4-- : i4 < v4 && _4++), typeof o5.type != "function" && (o5.__u |= 4))) : k4[f5] = null;
  if (g5) {
    for (a5 = [], s4 = [], f5 = 0; f5 < i4; f5++) if ((o5 = k4[f5]) && 16 & o5.__u) {
      for (_4 = 0, p5 = a5.length; _4 < p5; ) a5[y5 = _4 + p5 >> 1] < o5.__i ? _4 = y5 + 1 : p5 = y5;
      a5[_4] = o5.__i, s4[f5] = _4 + 1;
    }
    for (_4 = a5.length; f5--; ) s4[f5] && (s4[f5] == _4 ? _4-- : k4[f5].__u |= 4);
  }
  if (d5) for (f5 = 0; f5 < v4; f5++) !(e4 = r4[f5]) || 2 & e4.__u || (e4.__e == u4 && (u4 = S(e4)), J(e4, e4));
  return u4;
}
function A(n3, t4, r4, u4) {
  var i4, f5, o5, e4;
  if (typeof n3.type == "function") {
    if (n3.props.__P) return t4;
    if (i4 = n3.__k) for (f5 = 0; f5 < i4.length; f5++) i4[f5] && (i4[f5].__ = n3, t4 = A(i4[f5], t4, r4, !1));
    return t4;
  }
  for (t4 && !t4.parentNode && (t4 = S(n3)) && !t4.parentNode && (t4 = null), o5 = n3.__e, e4 = t4; e4 && e4.nodeType == 8; ) e4 = e4.nextSibling;
  for (o5 != e4 && (!u4 && r4.moveBefore && o5.parentNode ? r4.moveBefore(o5, t4) : r4.insertBefore(o5, t4 || null)), t4 = o5; (t4 = t4 && t4.nextSibling) && t4.nodeType == 8 && !t4.data.startsWith("$s"); ) ;
  return t4;
}
function P(n3, t4, r4, u4) {
  var i4, f5 = n3.key, o5 = n3.type, e4 = t4[r4], l4 = e4 && !(2 & e4.__u);
  if (e4 === null && f5 == null || l4 && f5 == e4.key && o5 == e4.type) return r4;
  if (u4 > (l4 ? 1 : 0)) {
    for (i4 = r4 - 1; i4 >= 0; i4--) if ((e4 = t4[i4]) && !(2 & e4.__u) && f5 == e4.key && o5 == e4.type) return i4;
    for (i4 = r4 + 1; i4 < t4.length; i4++) if ((e4 = t4[i4]) && !(2 & e4.__u) && f5 == e4.key && o5 == e4.type) return i4;
  }
  return -1;
}
function T(n3, t4, r4) {
  r4 == null && (r4 = ""), t4[0] == "-" ? n3.setProperty(t4, r4) : n3[t4] = r4;
}
function N(n3, t4, r4, u4, i4) {
  var f5, o5;
  if (t4 == "style") if (typeof r4 == "string") n3.style.cssText = r4;
  else {
    if (typeof u4 == "string" && (n3.style.cssText = u4 = ""), u4) for (t4 in u4) r4 && t4 in r4 || T(n3.style, t4);
    if (r4) for (t4 in r4) u4 && r4[t4] == u4[t4] || T(n3.style, t4, r4[t4]);
  }
  else if (t4[0] == "o" && t4[1] == "n") typeof r4 != "function" && (r4 = null), typeof u4 != "function" && (u4 = null), (n3.__e || (n3.__e = {}))[t4] = r4, r4 && u4 || (o5 = a[t4] || (a[t4] = V(t4)), (n3.__a || (n3.__a = {}))[t4] = c, f5 = t4 != (t4 = t4.replace(l, "$1")), (t4 = t4.slice(2))[0] < "a" && (t4 = t4.toLowerCase()), r4 ? n3.addEventListener(t4, o5, f5) : n3.removeEventListener(t4, o5, f5));
  else {
    if (i4 == "http://www.w3.org/2000/svg") t4 = t4.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
    else if (t4 != "width" && t4 != "height" && t4 != "href" && t4 != "list" && t4 != "form" && t4 != "tabIndex" && t4 != "download" && t4 != "rowSpan" && t4 != "colSpan" && t4 != "role" && t4 != "popover" && t4 in n3) try {
      return void (n3[t4] = r4 ?? "");
    } catch {
    }
    if (typeof r4 == "function") return;
    r4 == null || r4 === !1 && t4[4] != "-" ? n3.removeAttribute(t4) : n3.setAttribute(t4, t4 == "popover" && r4 == 1 ? "" : r4);
  }
}
function V(t4) {
  return function(r4) {
    var u4 = this.__e;
    if (u4) {
      if (u4 = u4[t4], r4[e] == null) r4[e] = c++;
      else if (r4[e] < this.__a[t4]) return;
      return u4(n.event ? n.event(r4) : r4);
    }
  };
}
function z(t4, r4, u4, i4, f5, o5, e4, l4, c4, a5) {
  var s4, p5, v4, d5, k4, b3, m5, M2, C3, j3, L2, H2, q2, A4, O2, P2, T4, N2, V2 = r4.type;
  if (r4.constructor !== h) return null;
  128 & u4.__u && (c4 = 32 & u4.__u, s4 = u4.__c.__z) && (r4.__u |= c4, p5 = o5 = [], s4.nodeType == 8 ? l4 = B(s4, o5) : o5.push(s4), l4 = o5[0] || l4), (s4 = n.__b) && s4(r4);
  n: if (typeof V2 == "function") {
    v4 = e4.length;
    try {
      if (M2 = r4.props, C3 = (s4 = V2.prototype) && s4.render, j3 = (s4 = V2.contextType) && i4[s4.__c], L2 = s4 ? j3 ? j3.props.value : s4.__ : i4, (d5 = u4.__c) ? (r4.__c = d5, 2 & d5.__g && (d5.__g |= 1)) : (C3 ? r4.__c = d5 = new V2(M2, L2) : (r4.__c = d5 = new x(M2, L2), d5.constructor = V2, d5.render = K), j3 && j3.sub(d5), d5.state || (d5.state = {}), d5.__n = i4, d5.__g |= 8, d5.__h = [], d5.__k = []), C3 && (d5.__s || (d5.__s = d5.state), V2.getDerivedStateFromProps && (d5.__s == d5.state && (d5.__s = _({}, d5.__s)), _(d5.__s, V2.getDerivedStateFromProps(M2, d5.__s)))), k4 = d5.props, b3 = d5.state, d5.__v = r4, u4.__c) {
        if (M2 !== k4 && C3 && !V2.getDerivedStateFromProps && d5.componentWillReceiveProps && d5.componentWillReceiveProps(M2, L2), r4.__v == u4.__v && !(8 & d5.__g) || !(4 & d5.__g) && d5.shouldComponentUpdate && d5.shouldComponentUpdate(M2, d5.__s, L2) === !1) {
          r4.__v != u4.__v && (d5.props = M2, d5.state = d5.__s, d5.__g &= -9), r4.__e = u4.__e, r4.__k = u4.__k, r4.__k.some(function(n3) {
            n3 && (n3.__ = r4);
          }), y.push.apply(d5.__h, d5.__k), d5.__k = [], d5.__h.length && e4.push(d5), l4 = S(u4);
          break n;
        }
        d5.componentWillUpdate && d5.componentWillUpdate(M2, d5.__s, L2), C3 && d5.componentDidUpdate && d5.__h.push(function() {
          d5.componentDidUpdate(k4, b3, m5);
        });
      } else C3 && !V2.getDerivedStateFromProps && d5.componentWillMount && d5.componentWillMount(), C3 && d5.componentDidMount && d5.__h.push(d5.componentDidMount);
      d5.context = L2, d5.props = M2, d5.__P = t4, d5.__g &= -5, H2 = n.__r, q2 = C3 ? 25 : 0;
      do
        d5.__g &= -9, H2 && H2(r4), s4 = d5.render(d5.props, d5.state = d5.__s, d5.context);
      while (8 & d5.__g && ++q2 < 25);
      C3 && (y.push.apply(d5.__h, d5.__k), d5.__k = []), d5.state = d5.__s, d5.getChildContext && (i4 = _({}, i4, d5.getChildContext())), C3 && u4.__c && d5.getSnapshotBeforeUpdate && (m5 = d5.getSnapshotBeforeUpdate(k4, b3)), A4 = s4 && s4.type === $ && s4.key == null ? s4.props.children : s4, M2.__P && (s4 = l4, f5 = (t4 = M2.__P).namespaceURI, c4 = o5 = null, u4.props && u4.props.__P != t4 && (u4.__k.some(function(n3) {
        n3 && J(n3, n3);
      }), u4.__k = null), l4 = u4.__k ? S(u4, 0) : null), l4 = I(t4, w(A4) ? A4 : [A4], r4, u4, i4, f5, o5, e4, l4, c4, a5), M2.__P && (r4.__e = null, l4 = s4), r4.__u &= -161, p5 && p5.some(g), d5.__h.length && e4.push(d5), 1 & d5.__g && (d5.__g &= -4);
    } catch (t5) {
      if (e4.length = v4, r4.__v = null, c4 || o5) if (t5 && t5.then) {
        if (r4.__u |= 128 | c4, o5) {
          for (~(T4 = o5.indexOf(l4 || void 0)) || (T4 = o5.length); (N2 = o5[T4 - 1]) && N2.nodeType == 8; ) T4--;
          for (; T4 < o5.length; T4++) if (N2 = o5[T4]) if (o5[T4] = null, O2) {
            if (N2 == P2) break;
          } else {
            if (N2.nodeType != 8) break;
            N2.data.startsWith("$s") && (P2 = B(O2 = N2));
          }
        }
        if (!O2) {
          for (; l4 && l4.nodeType == 8 && l4.nextSibling; ) l4 = l4.nextSibling;
          O2 = l4;
        }
        (s4 = B(O2 = r4.__c.__z || (r4.__c.__z = O2))) ? (r4.__e = O2, l4 = s4) : r4.__e = l4, l4 = l4 && l4.nextSibling;
      } else o5 && o5.some(g);
      else r4.__e = u4.__e;
      r4.__k || (r4.__k = u4.__k || []), t5 && t5.then || D(r4), n.__e(t5, r4, u4);
    }
  } else l4 = r4.__e = F(u4.__e, r4, u4, i4, f5, o5, e4, c4, a5, t4);
  return (s4 = n.diffed) && s4(r4), l4;
}
function B(n3, t4) {
  if (n3 && n3.nodeType == 8 && n3.data.startsWith("$s")) for (var r4 = 1; n3 = n3.nextSibling; ) {
    if (n3.nodeType == 8) {
      if (n3.data.startsWith("$s")) r4++;
      else if (n3.data.startsWith("/$s") && !--r4) return n3;
    }
    t4 && t4.push(n3);
  }
}
function D(n3) {
  n3 && (n3.__c && (n3.__c.__g |= 4), n3.__k && n3.__k.some(D));
}
function E(t4, r4, u4) {
  for (var i4 = 0; i4 < u4.length; ) G(u4[i4++], u4[i4++], u4[i4++]);
  n.__c && n.__c(r4, t4), t4.some(function(r5) {
    try {
      t4 = r5.__h, r5.__h = [], t4.some(function(n3) {
        n3.call(r5);
      });
    } catch (t5) {
      n.__e(t5, r5.__v);
    }
  });
}
function F(t4, r4, u4, i4, f5, o5, e4, l4, c4, a5) {
  var s4, h5, y5, _4, k4, b3, m5, M2, $2 = u4.props || p, x3 = r4.props, C3 = r4.type;
  if (C3 == "svg" ? f5 = "http://www.w3.org/2000/svg" : C3 == "math" ? f5 = "http://www.w3.org/1998/Math/MathML" : f5 || (f5 = "http://www.w3.org/1999/xhtml"), o5) {
    for (s4 = 0; s4 < o5.length; s4++) if ((k4 = o5[s4]) && (C3 ? k4.localName == C3 : k4.nodeType == 3)) {
      t4 = k4, o5[s4] = null;
      break;
    }
  }
  if (!t4) {
    if (M2 = a5.ownerDocument || document, !C3) return M2.createTextNode(x3);
    t4 = M2.createElementNS(f5, C3, x3.is ? x3 : a5), l4 && (n.__m && n.__m(r4, o5), l4 = !1), o5 = null;
  }
  if (C3) {
    if (a5 = C3 == "template" && t4.content || t4, o5 = C3 == "textarea" && x3.defaultValue != null ? null : o5 && d.call(a5.childNodes), !l4 && o5) for ($2 = {}, s4 = 0; s4 < t4.attributes.length; s4++) $2[(k4 = t4.attributes[s4]).name] = k4.value;
    for (s4 in $2) k4 = $2[s4], s4 == "dangerouslySetInnerHTML" ? y5 = k4 : s4 == "children" || s4 in x3 || s4 == "value" && "defaultValue" in x3 || s4 == "checked" && "defaultChecked" in x3 || N(t4, s4, null, k4, f5);
    for (s4 in x3) k4 = x3[s4], s4 == "children" ? _4 = k4 : s4 == "dangerouslySetInnerHTML" ? h5 = k4 : s4 == "value" ? b3 = k4 : s4 == "checked" ? m5 = k4 : l4 && typeof k4 != "function" || $2[s4] === k4 || N(t4, s4, k4, $2[s4], f5);
    h5 ? (l4 || y5 && (h5.__html == y5.__html || h5.__html == t4.innerHTML) || (t4.innerHTML = h5.__html), r4.__k = []) : (y5 && (t4.textContent = ""), (C3 == "foreignObject" || f5 == "http://www.w3.org/1998/Math/MathML" && v.test(C3)) && (f5 = "http://www.w3.org/1999/xhtml"), I(a5, w(_4) ? _4 : [_4], r4, u4, i4, f5, o5, e4, o5 ? o5[0] : u4.__k && S(u4, 0), l4, c4), o5 && o5.some(g)), l4 && C3 != "textarea" || (s4 = "value", C3 == "progress" && b3 == null ? t4.removeAttribute(s4) : b3 == null || b3 === t4[s4] && (C3 != "progress" || b3) || N(t4, s4, b3, $2[s4], f5), s4 = "checked", m5 != null && m5 != t4[s4] && N(t4, s4, m5, $2[s4], f5));
  } else $2 === x3 || l4 && t4.data == x3 || (t4.data = x3);
  return t4;
}
function G(t4, r4, u4, i4) {
  try {
    typeof t4 == "function" ? r4 ? r4.__x = t4(r4) || 1 : i4 && (i4 = i4.__c || i4.__e) && (r4 = i4.__x) && (i4.__x = null, typeof r4 == "function" ? r4() : t4(null)) : t4.current = r4;
  } catch (t5) {
    n.__e(t5, u4);
  }
}
function J(t4, r4, u4) {
  var i4, f5, o5, e4;
  if (n.unmount && n.unmount(t4), !(i4 = t4.ref) || i4.current && i4.current != t4.__e || G(i4, null, r4, t4), i4 = t4.__c) {
    if (i4.componentWillUnmount) try {
      i4.componentWillUnmount();
    } catch (t5) {
      n.__e(t5, r4);
    }
    i4.__P = i4.__n = null;
  }
  if (i4 = t4.__k) for (e4 = 0; e4 < i4.length; e4++) i4[e4] && J(i4[e4], r4, typeof t4.type != "function" || u4 && !t4.props.__P);
  !u4 && (i4 = t4.__c) && (i4 = i4.__z) && (f5 = B(i4, o5 = [])) && (i4 == t4.__e && o5.some(g), g(f5), g(i4)), u4 || g(t4.__e), t4.__e = t4.__c = t4.__ = null;
}
function K(n3, t4, r4) {
  return this.constructor(n3, r4);
}
function Q(t4, r4) {
  var u4, i4, f5, o5;
  n.__ && n.__(t4, r4), r4.nodeType == 9 && (r4 = r4.documentElement), i4 = (u4 = t4 && 32 & t4.__u) ? null : r4.__k, r4.__k = m($, { children: [t4] }), f5 = [], o5 = [], z(r4, r4.__k, i4 || p, p, r4.namespaceURI, i4 ? null : r4.firstChild ? d.call(r4.childNodes) : null, f5, i4 ? i4.__e : r4.firstChild, u4, o5), E(f5, r4.__k, o5), r4.__k.props.children = null;
}
n = { __e: function(n3, t4, r4, u4) {
  for (var i4, o5, e4; t4 = t4.__; ) if ((i4 = t4.__c) && !(1 & i4.__g)) {
    i4.__g |= 4;
    try {
      if ((e4 = (o5 = i4.constructor) && o5.getDerivedStateFromError) && i4.setState(o5.getDerivedStateFromError(n3)), i4.componentDidCatch && (i4.componentDidCatch(n3, u4 || {}), e4 = 1), e4 && 8 & i4.__g) return void (i4.__g |= 2);
    } catch (t5) {
      n3 = t5;
    }
  }
  throw f = 0, n3;
} }, t = 0, r = function(n3) {
  return n3 != null && n3.constructor === h;
}, x.prototype.setState = function(n3, t4) {
  var r4 = this.__s;
  r4 && r4 != this.state || (r4 = this.__s = _({}, this.state)), typeof n3 == "function" && (n3 = n3(_({}, r4), this.props)), n3 && (_(r4, n3), this.__v && (t4 && this.__k.push(t4), L(this)));
}, x.prototype.forceUpdate = function(n3) {
  this.__v && (this.__g |= 4, n3 && this.__h.push(n3), L(this));
}, x.prototype.render = $, u = [], f = 0, o = function(n3, t4) {
  return n3.__v.__b - t4.__v.__b;
}, e = /* @__PURE__ */ Symbol(), l = /(PointerCapture)$|Capture$/i, c = 0, a = {}, s = 0;

// node_modules/preact/hooks/dist/hooks.mjs
var t2, r2, u2, i2, o2 = Object.is, f2 = 0, c2 = [], e2 = [], a2 = n, v2 = a2.__b, l2 = a2.__r, m2 = a2.diffed, h2 = a2.__c, s2 = a2.unmount, p2 = a2.__;
function y2(n3, t4) {
  a2.__h && a2.__h(r2, n3, f2 || t4), f2 = 0;
  var u4 = r2.__H || (r2.__H = { __: [], __h: [] });
  return n3 >= u4.__.length && u4.__.push({}), u4.__[n3];
}
function d2(n3) {
  return f2 = 1, _2(G2, n3);
}
function _2(n3, u4, i4) {
  var f5 = y2(t2++, 2);
  if (f5.t = n3, !f5.__c && (f5.__ = [i4 ? i4(u4) : G2(void 0, u4), function(n4) {
    var t4 = (f5.__N || f5.__)[0], r4 = f5.t(t4, n4);
    o2(t4, r4) || (f5.__N = [r4, f5.__[1]], f5.__c.setState({}));
  }], f5.__c = r2, !r2.__f)) {
    r2.__f = !0;
    var c4 = r2.shouldComponentUpdate;
    r2.shouldComponentUpdate = function(n4, t4, r4) {
      var u5 = this.__H;
      if (!u5) return !0;
      var i5 = !1, f6 = this.props != n4;
      if (u5.__.some(function(n5) {
        n5.__N && (i5 = !0, o2(n5.__[0], n5.__N[0]) || (f6 = !0));
      }), c4) {
        var e4 = c4.call(this, n4, t4, r4);
        return i5 ? e4 || f6 : e4;
      }
      return !i5 || f6;
    };
  }
  return f5.__;
}
function A2(n3, u4) {
  var i4 = y2(t2++, 3);
  !a2.__s && E2(i4.__H, u4) && (i4.__P = !0, i4.__ = n3, i4.u = u4, r2.__H.__h.push(i4));
}
function F2(n3, u4) {
  var i4 = y2(t2++, 4);
  !a2.__s && E2(i4.__H, u4) && (i4.__P = !1, i4.__ = n3, i4.u = u4, r2.__h.push(i4));
}
function T2(n3) {
  return f2 = 5, w2(function() {
    return { current: n3 };
  }, []);
}
function w2(n3, r4) {
  var u4 = y2(t2++, 7);
  return E2(u4.__H, r4) && (u4.__ = n3(), u4.__H = r4), u4.__;
}
function g2() {
  var n3;
  do {
    for (; n3 = e2.shift(); ) try {
      C2(n3);
    } catch (t5) {
      a2.__e(t5, { __: (n3 = n3.__P) && n3.__v });
    }
    for (; n3 = c2.shift(); ) {
      var t4 = n3.__H;
      if (n3.__P && t4) try {
        t4.__h.some(C2), t4.__h.some(D2), t4.__h = [];
      } catch (r4) {
        t4.__h = [], a2.__e(r4, n3.__v);
      }
    }
  } while (e2.length);
}
a2.__b = function(n3) {
  r2 = null, v2 && v2(n3);
}, a2.__ = function(n3, t4) {
  n3 && t4.__k && t4.__k.__m && (n3.__m = t4.__k.__m), p2 && p2(n3, t4);
}, a2.__r = function(n3) {
  l2 && l2(n3), t2 = 0;
  var i4 = (r2 = n3.__c).__H;
  i4 && (u2 == r2 ? r2.__h = [] : (i4.__h.some(C2), i4.__h.some(D2), t2 = 0), i4.__h = [], i4.__.some(function(n4) {
    n4.__N && (n4.__ = n4.__N), n4.u = n4.__N = void 0;
  })), u2 = r2;
}, a2.diffed = function(n3) {
  m2 && m2(n3);
  var t4 = n3.__c;
  t4 && t4.__H && (t4.__H.__h.length && B2(c2.push(t4)), t4.__H.__.some(function(n4) {
    n4.u && (n4.__H = n4.u);
  })), u2 = r2 = null;
}, a2.__c = function(n3, t4) {
  t4.some(function(n4) {
    try {
      n4.__h.some(C2), n4.__h = n4.__h.filter(function(n5) {
        return !n5.__ || D2(n5);
      });
    } catch (t5) {
      n4.__h = [function() {
        throw t5;
      }];
    }
  }), h2 && h2(n3, t4);
}, a2.unmount = function(n3) {
  s2 && s2(n3);
  var t4, r4, u4 = n3.__c;
  u4 && u4.__H && (u4.__H.__.some(function(u5) {
    try {
      if (u5.__P && u5.__c) {
        if (r4 === void 0) {
          for (r4 = n3.__; r4 && (!r4.__c || !r4.__c.__P); ) r4 = r4.__;
          r4 = r4 && r4.__c;
        }
        u5.__P = r4, B2(e2.push(u5));
      } else C2(u5);
    } catch (n4) {
      t4 = n4;
    }
  }), u4.__H = void 0, t4 && a2.__e(t4, u4.__v));
};
var k2 = typeof requestAnimationFrame == "function";
function z2(n3) {
  var t4, r4 = function() {
    clearTimeout(u4), k2 && cancelAnimationFrame(t4), setTimeout(n3);
  }, u4 = setTimeout(r4, 35);
  k2 && (t4 = requestAnimationFrame(r4));
}
function B2(n3) {
  n3 != 1 && i2 == a2.requestAnimationFrame || ((i2 = a2.requestAnimationFrame) || z2)(g2);
}
function C2(n3) {
  var t4 = r2, u4 = n3.__c;
  typeof u4 == "function" && (n3.__c = void 0, u4()), r2 = t4;
}
function D2(n3) {
  var t4 = r2;
  n3.__c = n3.__(), r2 = t4;
}
function E2(n3, t4) {
  return !n3 || n3.length != t4.length || t4.some(function(t5, r4) {
    return !o2(t5, n3[r4]);
  });
}
function G2(n3, t4) {
  return typeof t4 == "function" ? t4(n3) : t4;
}

// node_modules/@preact/signals-core/dist/signals-core.module.js
var i3 = /* @__PURE__ */ Symbol.for("preact-signals");
function t3() {
  if (v3 > 1)
    v3--;
  else {
    var i4, t4 = !1;
    for ((function() {
      var i5 = c3;
      for (c3 = void 0; i5 !== void 0; ) {
        var t5 = i5.S;
        if (t5.v === i5.v) for (var r5 = t5.t; r5 !== void 0; r5 = r5.x) r5.i === i5.i && (r5.i = t5.i);
        i5 = i5.o;
      }
    })(); h3 !== void 0; ) {
      var r4 = h3;
      for (h3 = void 0, s3++; r4 !== void 0; ) {
        var n3 = r4.u;
        if (r4.u = void 0, r4.f &= -3, !(8 & r4.f) && w3(r4)) try {
          r4.c();
        } catch (r5) {
          t4 || (i4 = r5, t4 = !0);
        }
        r4 = n3;
      }
    }
    if (s3 = 0, v3--, t4) throw i4;
  }
}
function r3(i4) {
  if (v3 > 0) return i4();
  u3 = ++e3, v3++;
  try {
    return i4();
  } finally {
    t3();
  }
}
var n2, o3 = void 0;
function f3(i4) {
  var t4 = o3, r4 = n2;
  o3 = void 0, n2 = void 0;
  try {
    return i4();
  } finally {
    o3 = t4, n2 = r4;
  }
}
var h3 = void 0, v3 = 0, s3 = 0, e3 = 0, u3 = 0, c3 = void 0, a3 = 0;
function d3(i4) {
  if (o3 !== void 0) {
    var t4 = i4.n;
    if (t4 === void 0 || t4.t !== o3)
      return t4 = { i: 0, S: i4, p: o3.s, n: void 0, t: o3, e: void 0, x: void 0, r: t4 }, o3.s !== void 0 && (o3.s.n = t4), o3.s = t4, i4.n = t4, 32 & o3.f && i4.S(t4), t4;
    if (t4.i === -1)
      return t4.i = 0, t4.n !== void 0 && (t4.n.p = t4.p, t4.p !== void 0 && (t4.p.n = t4.n), t4.p = o3.s, t4.n = void 0, o3.s.n = t4, o3.s = t4), t4;
  }
}
function l3(i4, t4) {
  this.v = i4, this.i = 0, this.n = void 0, this.t = void 0, this.l = 0, this.W = t4?.watched, this.Z = t4?.unwatched, this.name = t4?.name;
}
l3.prototype.brand = i3;
l3.prototype.h = function() {
  return !0;
};
l3.prototype.S = function(i4) {
  var t4 = this, r4 = this.t;
  r4 !== i4 && i4.e === void 0 && (i4.x = r4, this.t = i4, r4 !== void 0 ? r4.e = i4 : f3(function() {
    var i5;
    (i5 = t4.W) == null || i5.call(t4);
  }));
};
l3.prototype.U = function(i4) {
  var t4 = this;
  if (this.t !== void 0) {
    var r4 = i4.e, n3 = i4.x;
    r4 !== void 0 && (r4.x = n3, i4.e = void 0), n3 !== void 0 && (n3.e = r4, i4.x = void 0), i4 === this.t && (this.t = n3, n3 === void 0 && f3(function() {
      var i5;
      (i5 = t4.Z) == null || i5.call(t4);
    }));
  }
};
l3.prototype.subscribe = function(i4) {
  var t4 = this;
  return x2(function() {
    var r4 = t4.value;
    f3(function() {
      return i4(r4);
    });
  }, { name: "sub" });
};
l3.prototype.valueOf = function() {
  return this.value;
};
l3.prototype.toString = function() {
  return this.value + "";
};
l3.prototype.toJSON = function() {
  return this.value;
};
l3.prototype.peek = function() {
  var i4 = this;
  return f3(function() {
    return i4.value;
  });
};
Object.defineProperty(l3.prototype, "value", { get: function() {
  var i4 = d3(this);
  return i4 !== void 0 && (i4.i = this.i), this.v;
}, set: function(i4) {
  if (i4 !== this.v) {
    if (s3 > 100) throw new Error("Cycle detected");
    (function(i5) {
      v3 !== 0 && s3 === 0 && i5.l !== u3 && (i5.l = u3, c3 = { S: i5, v: i5.v, i: i5.i, o: c3 });
    })(this), this.v = i4, this.i++, a3++, v3++;
    try {
      for (var r4 = this.t; r4 !== void 0; r4 = r4.x) r4.t.N();
    } finally {
      t3();
    }
  }
} });
function y3(i4, t4) {
  return new l3(i4, t4);
}
function w3(i4) {
  for (var t4 = i4.s; t4 !== void 0; t4 = t4.n) if (t4.S.i !== t4.i || !t4.S.h() || t4.S.i !== t4.i) return !0;
  return !1;
}
function b(i4) {
  for (var t4 = i4.s; t4 !== void 0; t4 = t4.n) {
    var r4 = t4.S.n;
    if (r4 !== void 0 && (t4.r = r4), t4.S.n = t4, t4.i = -1, t4.n === void 0) {
      i4.s = t4;
      break;
    }
  }
}
function _3(i4) {
  for (var t4 = i4.s, r4 = void 0; t4 !== void 0; ) {
    var n3 = t4.p;
    t4.i === -1 ? (t4.S.U(t4), n3 !== void 0 && (n3.n = t4.n), t4.n !== void 0 && (t4.n.p = n3)) : r4 = t4, t4.S.n = t4.r, t4.r !== void 0 && (t4.r = void 0), t4 = n3;
  }
  i4.s = r4;
}
function j2(i4, t4) {
  l3.call(this, void 0, t4), this.x = i4, this.s = void 0, this.g = a3 - 1, this.f = 4;
}
j2.prototype = new l3();
j2.prototype.h = function() {
  if (this.f &= -3, 1 & this.f) return !1;
  if ((36 & this.f) == 32 || (this.f &= -5, this.g === a3)) return !0;
  if (this.g = a3, this.f |= 1, this.i > 0 && !w3(this))
    return this.f &= -2, !0;
  var i4 = o3;
  try {
    b(this), o3 = this;
    var t4 = this.x();
    (16 & this.f || this.v !== t4 || this.i === 0) && (this.v = t4, this.f &= -17, this.i++);
  } catch (i5) {
    this.v = i5, this.f |= 16, this.i++;
  }
  return o3 = i4, _3(this), this.f &= -2, !0;
};
j2.prototype.S = function(i4) {
  if (this.t === void 0) {
    this.f |= 36;
    for (var t4 = this.s; t4 !== void 0; t4 = t4.n) t4.S.S(t4);
  }
  l3.prototype.S.call(this, i4);
};
j2.prototype.U = function(i4) {
  if (this.t !== void 0 && (l3.prototype.U.call(this, i4), this.t === void 0)) {
    this.f &= -33;
    for (var t4 = this.s; t4 !== void 0; t4 = t4.n) t4.S.U(t4);
  }
};
j2.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 6;
    for (var i4 = this.t; i4 !== void 0; i4 = i4.x) i4.t.N();
  }
};
Object.defineProperty(j2.prototype, "value", { get: function() {
  if (1 & this.f) throw new Error("Cycle detected");
  var i4 = d3(this);
  if (this.h(), i4 !== void 0 && (i4.i = this.i), 16 & this.f) throw this.v;
  return this.v;
} });
function O(i4, t4) {
  return new j2(i4, t4);
}
function p3(i4) {
  var r4 = i4.j;
  if (i4.j = void 0, typeof r4 == "function") {
    v3++;
    var n3 = o3;
    o3 = void 0;
    try {
      r4();
    } catch (t4) {
      throw i4.f &= -2, i4.f |= 8, g3(i4), t4;
    } finally {
      o3 = n3, t3();
    }
  }
}
function g3(i4) {
  for (var t4 = i4.s; t4 !== void 0; t4 = t4.n) t4.S.U(t4);
  i4.x = void 0, i4.s = void 0, p3(i4);
}
function S2(i4) {
  if (o3 !== this) throw new Error("Out-of-order effect");
  _3(this), o3 = i4, this.f &= -2;
  try {
    8 & this.f && g3(this);
  } finally {
    t3();
  }
}
function m3(i4, t4) {
  this.x = i4, this.j = void 0, this.s = void 0, this.u = void 0, this.f = 32, this.name = t4?.name, n2 && n2.push(this);
}
m3.prototype.c = function() {
  var i4 = this.S();
  try {
    if (8 & this.f || this.x === void 0) return;
    var t4 = this.x();
    typeof t4 == "function" && (this.j = t4);
  } finally {
    i4();
  }
};
m3.prototype.S = function() {
  if (1 & this.f) throw new Error("Cycle detected");
  this.f |= 1, this.f &= -9, p3(this), b(this), v3++;
  var i4 = o3;
  return o3 = this, S2.bind(this, i4);
};
m3.prototype.N = function() {
  2 & this.f || (this.f |= 2, this.u = h3, h3 = this);
};
m3.prototype.d = function() {
  this.f |= 8, 1 & this.f || g3(this);
};
m3.prototype.dispose = function() {
  this.d();
};
function x2(i4, t4) {
  var r4 = new m3(i4, t4);
  try {
    r4.c();
  } catch (i5) {
    throw r4.d(), i5;
  }
  var n3 = r4.d.bind(r4);
  return n3[Symbol.dispose] = n3, n3;
}

// node_modules/@preact/signals/dist/signals.module.js
var h4, d4, p4, m4 = typeof window < "u" && !!window.__PREACT_SIGNALS_DEVTOOLS__;
var g4 = [];
x2(function() {
  h4 = this.N;
})();
function b2(i4, n3) {
  n[i4] = n3.bind(null, n[i4] || function() {
  });
}
function y4(i4) {
  if (p4) {
    var n3 = p4;
    p4 = void 0, n3();
  }
  p4 = i4 && i4.S();
}
function w4(i4) {
  var n3 = this, r4 = i4.data, t4 = useSignal(r4);
  t4.name = "ReactiveDom", t4.value = r4;
  var e4 = w2(function() {
    for (var i5 = n3, r5 = n3.__v; r5 = r5.__; ) if (r5.__c) {
      r5.__c.__$f |= 4;
      break;
    }
    var o5 = O(function() {
      var i6 = t4.value.value;
      return i6 === 0 ? 0 : i6 === !0 ? "" : i6 || "";
    }), e5 = O(function() {
      return !Array.isArray(o5.value) && !r(o5.value);
    }), u5 = x2(function() {
      if (this.N = M, e5.value) {
        var n4 = o5.value;
        i5.__v && i5.__v.__e && i5.__v.__e.nodeType === 3 && (i5.__v.__e.data = n4);
      }
    }), c5 = n3.__$u.d;
    return n3.__$u.d = function() {
      u5(), c5.call(this);
    }, [e5, o5];
  }, []), u4 = e4[0], c4 = e4[1];
  return u4.value ? c4.peek() : c4.value;
}
w4.displayName = "ReactiveTextNode";
Object.defineProperties(l3.prototype, { constructor: { configurable: !0, value: k($, null).constructor }, type: { configurable: !0, value: w4 }, props: { configurable: !0, get: function() {
  var i4 = this;
  return { data: { get value() {
    return i4.value;
  } } };
} }, __b: { configurable: !0, value: 1 } });
b2("__b", function(i4, n3) {
  if (y4(), d4 = void 0, typeof n3.type == "string") {
    var r4, t4 = n3.props;
    for (var f5 in t4) if (f5 !== "children") {
      var o5 = t4[f5];
      o5 instanceof l3 && (r4 || (n3.__np = r4 = {}), r4[f5] = o5, t4[f5] = o5.peek());
    }
  }
  i4(n3);
});
b2("__r", function(i4, r4) {
  if (i4(r4), r4.type !== $) {
    y4();
    var t4, f5 = r4.__c;
    f5 && (f5.__$f &= -2, (t4 = f5.__$u) === void 0 && (f5.__$u = t4 = (function(i5, n3) {
      var r5;
      return x2(function() {
        r5 = this;
      }, { name: n3 }), r5.c = i5, r5;
    })(/* @__PURE__ */ (function(i5) {
      return function() {
        var n3;
        m4 && ((n3 = this.y) == null || n3.call(this)), i5.__$f |= 1, i5.setState({});
      };
    })(f5), typeof r4.type == "function" ? r4.type.displayName || r4.type.name : ""))), d4 = f5, y4(t4);
  }
});
b2("__e", function(i4, n3, r4, t4) {
  y4(), d4 = void 0, i4(n3, r4, t4);
});
b2("diffed", function(i4, n3) {
  y4(), d4 = void 0;
  var r4;
  if (typeof n3.type == "string" && (r4 = n3.__e)) {
    var t4 = n3.__np, f5 = n3.props, o5 = r4.U;
    if (o5) for (var e4 in o5) {
      var u4 = o5[e4];
      u4 === void 0 || t4 && e4 in t4 || (u4.d(), o5[e4] = void 0);
    }
    if (t4) {
      o5 || (o5 = {}, r4.U = o5);
      for (var a5 in t4) {
        var c4 = o5[a5], v4 = t4[a5];
        c4 === void 0 ? (c4 = k3(r4, a5, v4, f5), o5[a5] = c4) : c4.o(v4, f5);
      }
    }
  }
  i4(n3);
});
function k3(i4, n3, r4, t4) {
  var f5 = n3 in i4 && i4.ownerSVGElement === void 0, o5 = y3(r4);
  return { o: function(i5, n4) {
    o5.value = i5, t4 = n4;
  }, d: x2(function() {
    this.N = M;
    var r5 = o5.value.value;
    t4[n3] !== r5 && (t4[n3] = r5, f5 ? i4[n3] = r5 : r5 != null && (r5 !== !1 || n3[4] === "-") ? i4.setAttribute(n3, r5) : i4.removeAttribute(n3));
  }) };
}
b2("unmount", function(i4, n3) {
  if (typeof n3.type == "string") {
    var r4 = n3.__e;
    if (r4) {
      var t4 = r4.U;
      if (t4) {
        r4.U = void 0;
        for (var f5 in t4) {
          var o5 = t4[f5];
          o5 && o5.d();
        }
      }
    }
    var e4 = n3.__np;
    if (e4) {
      var u4 = n3.props;
      for (var a5 in e4) u4[a5] = e4[a5];
    }
    n3.__np = void 0;
  } else {
    var c4 = n3.__c;
    if (c4) {
      c4.__$f |= 8;
      var v4 = c4.__$u;
      v4 && (c4.__$u = void 0, v4.d());
    }
  }
  i4(n3);
});
b2("__h", function(i4, n3, r4, t4) {
  t4 < 3 && (n3.__$f |= 2), i4(n3, r4, t4);
});
x.prototype.shouldComponentUpdate = function(i4, n3) {
  if (this.__R) return !0;
  var r4 = this.__$u, t4 = r4 && r4.s !== void 0;
  for (var f5 in n3) return !0;
  if (this.__f || typeof this.u == "boolean" && this.u === !0) {
    var o5 = 2 & this.__$f;
    if (!(t4 || o5 || 4 & this.__$f) || 1 & this.__$f) return !0;
  } else if (!(t4 || 4 & this.__$f) || 3 & this.__$f) return !0;
  for (var e4 in i4) if (e4 !== "__source" && i4[e4] !== this.props[e4]) return !0;
  for (var u4 in this.props) if (!(u4 in i4)) return !0;
  return !1;
};
function useSignal(i4, n3) {
  return w2(function() {
    return y3(i4, n3);
  }, []);
}
var A3 = function(i4) {
  queueMicrotask(function() {
    queueMicrotask(i4);
  });
};
function F3() {
  r3(function() {
    for (var i4; i4 = g4.shift(); ) h4.call(i4);
  });
}
function M() {
  g4.push(this) === 1 && (n.requestAnimationFrame || A3)(F3);
}

// src/server.ts
var Refused = class extends Error {
  constructor(mistakes2) {
    super(mistakes2[0]?.what ?? "refused");
    this.mistakes = mistakes2;
  }
  mistakes;
}, Gone = class extends Error {
};
async function ask(path2, body) {
  let response;
  try {
    response = await fetch(path2, body === void 0 ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Gone();
  }
  let answer2 = await response.json().catch(() => null);
  if (response.ok) return answer2;
  let mistakes2 = answer2?.mistakes;
  throw new Refused(mistakes2 ?? [{ what: `the server says ${response.status}`, hint: null, from: null, to: null }]);
}
var Latest = class {
  constructor(answer2) {
    this.answer = answer2;
  }
  answer;
  isOut = !1;
  waiting = null;
  async put(question2) {
    if (this.isOut) {
      this.waiting = question2;
      return;
    }
    this.isOut = !0;
    try {
      let next = question2;
      for (; next !== null; )
        this.waiting = null, await this.answer(next), next = this.waiting;
    } finally {
      this.isOut = !1;
    }
  }
};

// src/page.ts
var theme = y3(""), isGone = y3(!1), isHelpOpen = y3(!1), spoken = y3(""), start = y3(null), returned = /* @__PURE__ */ new Set();
function onReturn(work) {
  returned.add(work);
}
var wait = (ms) => new Promise((done) => setTimeout(done, ms)), isKnocking = !1;
async function lost() {
  if (isGone.value = !0, !isKnocking) {
    for (isKnocking = !0; await wait(1e3), !await knock(); )
      ;
    isKnocking = !1, isGone.value = !1;
    for (let work of returned) work();
  }
}
async function knock() {
  try {
    return start.value = await ask("/api/start"), !0;
  } catch (why2) {
    return !(why2 instanceof Gone);
  }
}
async function greet() {
  for (; !await knock(); )
    isGone.value = !0, await wait(1e3);
  isGone.value = !1;
}
function isDark() {
  return theme.value === "" ? matchMedia("(prefers-color-scheme: dark)").matches : theme.value === "dark";
}
function readTheme(text) {
  return text === "light" || text === "dark" ? text : "";
}

// src/circuit/link.ts
function write(link2) {
  let query = new URLSearchParams();
  return query.set("f", link2.formula), Object.keys(link2.values).length > 0 && query.set("v", JSON.stringify(link2.values)), link2.open.length > 0 && query.set("open", link2.open.join(",")), link2.at !== null && query.set("at", link2.at), link2.step !== null && query.set("step", String(link2.step)), link2.dir !== "lr" && query.set("dir", link2.dir), link2.theme !== "" && query.set("theme", link2.theme), `#/c?${query}`;
}
function read(hash2) {
  let at2 = hash2.indexOf("?");
  if (!hash2.startsWith("#/c") || at2 < 0) return null;
  let query = new URLSearchParams(hash2.slice(at2 + 1)), formula2 = query.get("f");
  if (formula2 === null) return null;
  let step2 = Number.parseInt(query.get("step") ?? "", 10);
  return {
    formula: formula2,
    values: values(query.get("v")),
    open: (query.get("open") ?? "").split(",").filter((name) => name !== ""),
    at: query.get("at"),
    step: Number.isFinite(step2) && step2 >= 0 ? step2 : null,
    dir: query.get("dir") === "tb" ? "tb" : "lr",
    theme: readTheme(query.get("theme"))
  };
}
function values(text) {
  try {
    let read2 = JSON.parse(text ?? "{}");
    return typeof read2 == "object" && read2 !== null && !Array.isArray(read2) ? read2 : {};
  } catch {
    return {};
  }
}

// src/circuit/state.ts
var formula = y3(""), values2 = y3({}), open = y3([]), dir = y3("lr"), at = y3(null), step = y3(null), look = y3(null), mistakes = y3([]), isPlaying = y3(!1), proof = y3(null), why = y3(null), sheet = y3(null), search = y3(""), gradientOnly = y3(!1), isDragging = y3(!1), pictures = y3(0), scene = O(() => look.value?.scene ?? null), blocks = O(() => new Map(scene.value?.blocks.map((block) => [block.id, block]))), lines = O(() => new Map(scene.value?.wires.map((line) => [line.id, line]))), selected = O(() => at.value === null ? null : blocks.value.get(at.value) ?? null), total = O(() => scene.value?.steps.length ?? 0), current = O(() => step.value === null || step.value === 0 ? null : scene.value?.steps[step.value - 1] ?? null), known = O(() => {
  let value = /* @__PURE__ */ new Map(), gradient = /* @__PURE__ */ new Map(), back = /* @__PURE__ */ new Map(), forward = scene.value?.steps.filter((s4) => s4.pass === "forward").length ?? 0;
  return scene.value?.steps.forEach((s4, index) => {
    for (let wire of s4.wires)
      s4.pass === "forward" ? value.set(wire, value.get(wire) ?? index + 1) : gradient.set(wire, index + 1);
    s4.pass === "backward" && back.set(s4.block, index + 1);
  }), { value, gradient, back, forward };
});
function blockOf(wire) {
  let line = scene.value?.wires.find((one) => one.wire === wire && blocks.value.get(one.from)?.kind !== "frame");
  return blocks.value.get(`g${wire}`) ?? (line === void 0 ? null : blocks.value.get(line.from) ?? null);
}
function question() {
  let kept2 = selected.value, place2 = kept2 === null || look.value?.formula !== formula.value ? {} : { at: kept2.id, x: kept2.x, y: kept2.y };
  return { formula: formula.value, values: values2.value, open: open.value, dir: dir.value, ...place2 };
}
var latest = new Latest(async (asked) => {
  try {
    let answer2 = await ask("/api/set", asked);
    r3(() => {
      take(answer2), isGone.value = !1, mistakes.value = [];
    });
  } catch (why2) {
    if (why2 instanceof Refused) mistakes.value = why2.mistakes;
    else if (why2 instanceof Gone) lost();
    else throw why2;
  }
});
function take(answer2) {
  let before2 = look.value?.scene;
  isDragging.value && before2 !== void 0 && (answer2.scene = renumbered(before2, answer2.scene)), look.value = answer2, open.value = answer2.open, pictures.value += 1, at.value !== null && !blocks.value.has(at.value) && (at.value = null), step.value !== null && step.value > answer2.scene.steps.length && (step.value = null);
}
function renumbered(before2, after) {
  if (!(before2.blocks.length === after.blocks.length && before2.blocks.every((block, i4) => block.id === after.blocks[i4]?.id)) || before2.wires.length !== after.wires.length) return after;
  let { left, top, width: width2, height } = before2, moved = after.blocks.map((block, i4) => ({ ...before2.blocks[i4], card: block.card, aria: block.aria, on_gradient_path: block.on_gradient_path })), wires = after.wires.map((line, i4) => {
    let old = before2.wires[i4];
    if (old.pieces.length !== line.pieces.length) return line;
    let pieces = old.pieces.map((piece, k4) => ({ ...piece, gradient: line.pieces[k4].gradient }));
    return { ...old, value: line.value, gradient: line.gradient, pieces };
  });
  return { ...after, left, top, width: width2, height, blocks: moved, wires };
}
function refresh() {
  return latest.put(question());
}
onReturn(() => {
  look.value !== null && refresh();
});
function setFormula(text) {
  r3(() => {
    formula.value = text, step.value = null, isPlaying.value = !1, forget();
  });
  let names = new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  return values2.value = Object.fromEntries(Object.entries(values2.value).filter(([name]) => names.has(name))), refresh();
}
function example(text, at_) {
  return r3(() => {
    formula.value = text, values2.value = at_, open.value = [], at.value = null, step.value = null, isPlaying.value = !1, forget();
  }), refresh();
}
function setValue(name, value) {
  return values2.value = { ...values2.value, [name]: value }, forget(), refresh();
}
function forget() {
  proof.value = null, why.value = null;
}
function select(id) {
  at.value !== id && r3(() => {
    at.value = id, forget();
  });
}
function toggle(id) {
  let block = blocks.value.get(id);
  if (block === void 0) return Promise.resolve();
  let stage = block.kind === "stage" || block.kind === "frame" ? id.replace(/-\d+$/, "") : id, entry = scene.value?.stages.find((one) => one.id === stage), isOpen = block.kind === "frame";
  if (!isOpen && !block.opens) return Promise.resolve();
  let names = [id, stage, entry?.path], inside = isOpen && entry !== void 0 ? (scene.value?.stages ?? []).filter((one) => one.path.startsWith(`${entry.path}.`)).flatMap((one) => [one.id, one.path]) : [], closed = open.value.filter((name) => !names.includes(name) && !inside.includes(name));
  return setOpen(isOpen ? closed : [...open.value, stage], id);
}
function setOpen(names, keep2) {
  return r3(() => {
    open.value = names, keep2 !== null && (at.value = keep2), step.value = null, isPlaying.value = !1;
  }), refresh();
}
function setDirection(wanted) {
  return dir.value = wanted, refresh();
}
function go(to) {
  let next = to === null ? null : Math.max(0, Math.min(total.value, to));
  step.value = next;
  let done = current.value;
  done !== null ? (at.value = done.block, spoken.value = done.text) : spoken.value = next === 0 ? "start: only the inputs are known" : "all values and gradients are shown", forget();
}
function move(by) {
  isPlaying.value = !1;
  let from = step.value ?? total.value;
  go(Math.max(0, Math.min(total.value, from + by)));
}
async function prove(name, element) {
  await told(async () => {
    proof.value = { name, proof: await ask("/api/check", { ...bare(), name, element }) };
  }, (found) => {
    proof.value = { name, mistakes: found };
  });
}
async function explain(block) {
  await told(async () => {
    why.value = await ask("/api/paths", { ...bare(), at: block });
  }, () => {
    why.value = null;
  });
}
function bare() {
  return { formula: formula.value, values: values2.value, open: open.value, dir: dir.value };
}
async function told(work, refused) {
  try {
    await work();
  } catch (why2) {
    if (why2 instanceof Refused) refused(why2.mistakes);
    else if (why2 instanceof Gone) lost();
    else throw why2;
  }
}
var link = O(() => ({
  formula: formula.value,
  values: values2.value,
  open: open.value,
  at: at.value,
  step: step.value,
  dir: dir.value,
  theme: theme.value
}));
function hash() {
  return write(link.value);
}
function follow(to) {
  r3(() => {
    formula.value = to.formula, values2.value = to.values, open.value = to.open, at.value = null, dir.value = to.dir, theme.value = to.theme, step.value = null, isPlaying.value = !1, forget();
  });
}
async function visit(hash2) {
  let to = read(hash2);
  return to === null ? !1 : (follow(to), await refresh(), r3(() => {
    to.step !== null && (step.value = Math.min(to.step, total.value));
    let here2 = to.at ?? current.value?.block ?? null;
    here2 !== null && blocks.value.has(here2) && (at.value = here2);
  }), !0);
}
async function begin() {
  let first2 = start.value;
  first2 !== null && (r3(() => {
    formula.value = first2.formula, values2.value = first2.values, open.value = first2.open, innerHeight > innerWidth && (dir.value = "tb");
  }), await refresh());
}

// src/circuit/canvas.ts
var view = y3({ x: 0, y: 0, k: 1 }), size = y3({ w: 0, h: 0 }), isFitted = y3(!1), LARGEST = 1.6, SMALLEST = 0.08;
function fit() {
  let shown = scene.value, { w: w5, h: h5 } = size.value;
  if (shown === null || w5 === 0) return;
  let k4 = Math.max(SMALLEST, Math.min(LARGEST, w5 / shown.width, h5 / shown.height));
  view.value = { x: (w5 - shown.width * k4) / 2 - shown.left * k4, y: (h5 - shown.height * k4) / 2 - shown.top * k4, k: k4 }, isFitted.value = !0;
}
function reach(x3, y5) {
  let { k: k4 } = view.value;
  view.value = { x: size.value.w / 2 - x3 * k4, y: size.value.h / 2 - y5 * k4, k: k4 };
}
function reveal(id) {
  let block = scene.value?.blocks.find((one) => one.id === id);
  if (block === void 0) return;
  let { x: x3, y: y5, k: k4 } = view.value, room = 24, shift = (from, to, all) => from < room ? room - from : to > all - room ? Math.max(all - room - to, room - from) : 0, dx = shift(block.x * k4 + x3, (block.x + block.w) * k4 + x3, size.value.w), dy = shift(block.y * k4 + y5, (block.y + block.h) * k4 + y5, size.value.h);
  (dx !== 0 || dy !== 0) && (view.value = { x: x3 + dx, y: y5 + dy, k: k4 });
}
function zoom(by) {
  let { x: x3, y: y5, k: k4 } = view.value;
  if (typeof by == "number") return around(size.value.w / 2, size.value.h / 2, k4 * by);
  if (by.preventDefault(), !by.ctrlKey && !by.metaKey) {
    view.value = { x: x3 - by.deltaX, y: y5 - by.deltaY, k: k4 };
    return;
  }
  let box = by.currentTarget.getBoundingClientRect();
  around(by.clientX - box.left, by.clientY - box.top, k4 * Math.exp(-by.deltaY / 300));
}
function around(px, py, wanted) {
  let { x: x3, y: y5, k: k4 } = view.value, next = Math.max(SMALLEST, Math.min(3, wanted));
  view.value = { x: px - (px - x3) * next / k4, y: py - (py - y5) * next / k4, k: next };
}
function follow2(root) {
  let sizes = new ResizeObserver(() => {
    let box = root.getBoundingClientRect(), isFirst = size.value.w === 0;
    size.value = { w: box.width, h: box.height }, !isFirst && isWhole && fit();
  }), isWhole = !0;
  sizes.observe(root);
  let fingers = /* @__PURE__ */ new Map(), down = (event) => {
    event.target !== root && event.button === 0 && event.target.closest("[data-block]:not(.frame)") || (fingers.set(event.pointerId, { x: event.clientX, y: event.clientY }), root.setPointerCapture(event.pointerId), event.target === root && select(null));
  }, move2 = (event) => {
    let before2 = fingers.get(event.pointerId);
    if (before2 === void 0) return;
    isWhole = !1;
    let now = { x: event.clientX, y: event.clientY }, others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, place2]) => place2);
    fingers.set(event.pointerId, now);
    let { x: x3, y: y5, k: k4 } = view.value, other = others[0];
    if (other === void 0) {
      view.value = { x: x3 + now.x - before2.x, y: y5 + now.y - before2.y, k: k4 };
      return;
    }
    let box = root.getBoundingClientRect(), apart = (a5) => Math.hypot(a5.x - other.x, a5.y - other.y) || 1;
    around((now.x + other.x) / 2 - box.left, (now.y + other.y) / 2 - box.top, k4 * apart(now) / apart(before2));
  }, up = (event) => fingers.delete(event.pointerId);
  return root.addEventListener("pointerdown", down), root.addEventListener("pointermove", move2), root.addEventListener("pointerup", up), root.addEventListener("pointercancel", up), () => sizes.disconnect();
}
function neighbours(side) {
  let shown = scene.value, id = at.value;
  if (shown === null || id === null) return [];
  let ends = shown.wires.flatMap((line) => line.to.map(([to]) => ({ from: line.from, to }))), found = side === "ins" ? ends.filter((end) => end.to === id).map((end) => end.from) : ends.filter((end) => end.from === id).map((end) => end.to);
  return [...new Set(found)];
}

// node_modules/preact/jsx-runtime/dist/jsxRuntime.mjs
var f4 = /* @__PURE__ */ Symbol.for("pv"), o4 = 0;
function a4(t4, e4, n3, u4, a5, i4) {
  e4 || (e4 = {});
  var c4, l4, p5 = e4;
  if ("ref" in p5 && typeof t4 != "function") for (l4 in p5 = {}, e4) l4 == "ref" ? c4 = e4[l4] : p5[l4] = e4[l4];
  var s4 = { type: t4, props: p5, key: n3, ref: c4, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: f4, __v: --o4, __i: -1, __u: 0 };
  return (a5 || i4) && (s4.__source = a5, s4.__self = i4), n.vnode && n.vnode(s4), s4;
}

// src/draw.tsx
function path(points) {
  let first2 = points[0];
  if (first2 === void 0) return "";
  let text = `M${first2[0]} ${first2[1]}`;
  for (let i4 = 1; i4 < points.length; i4 += 1) {
    let [x3, y5] = points[i4], next = points[i4 + 1];
    if (next === void 0) {
      text += `L${x3} ${y5}`;
      continue;
    }
    let before2 = points[i4 - 1], room = Math.min(7, length(before2, [x3, y5]) / 2, length([x3, y5], next) / 2), [ax, ay] = toward([x3, y5], before2, room), [bx, by] = toward([x3, y5], next, room);
    text += `L${ax} ${ay}Q${x3} ${y5} ${bx} ${by}`;
  }
  return text;
}
function headLength(thick) {
  return 6 + thick / 2;
}
function shortened(points, thick) {
  let end = points[points.length - 1], before2 = points[points.length - 2];
  return end === void 0 || before2 === void 0 ? points : [...points.slice(0, -1), toward(end, before2, Math.min(headLength(thick) - 1, length(end, before2)))];
}
function head(points, thick) {
  let [x3, y5] = points[points.length - 1] ?? [0, 0], [bx, by] = points[points.length - 2] ?? [x3 - 1, y5], dx = Math.sign(x3 - bx), dy = Math.sign(y5 - by), long = headLength(thick), half = 2.6 + thick * 0.6;
  return `M${x3} ${y5}L${x3 - dx * long - dy * half} ${y5 - dy * long + dx * half}L${x3 - dx * long + dy * half} ${y5 - dy * long - dx * half}Z`;
}
function length(a5, b3) {
  return Math.abs(a5[0] - b3[0]) + Math.abs(a5[1] - b3[1]);
}
function toward(from, to, by) {
  let all = length(from, to) || 1;
  return [from[0] + (to[0] - from[0]) * by / all, from[1] + (to[1] - from[1]) * by / all];
}
function tone(quantity) {
  return quantity === null ? "plain" : quantity.special !== null ? "alarm" : quantity.zero ? "zero" : quantity.sign;
}
function Wire({ line, shown }) {
  return /* @__PURE__ */ a4("g", { class: `wire${shown.isOnPath ? " on-path" : ""}`, "data-wire": line.id, children: [
    line.pieces.map((piece, i4) => {
      let isPassed = shown.pieces[i4] === !0, seen = isPassed ? piece.gradient ?? line.gradient : shown.value ? line.value : null, quiet = isPassed && piece.gradient === null && line.gradient === null, thick = quiet || seen === null ? 1.5 : Math.max(1.5, seen.zero ? 1.5 : seen.thickness), way = path(piece.is_end ? shortened(piece.points, thick) : piece.points);
      return /* @__PURE__ */ a4("g", { children: [
        /* @__PURE__ */ a4("path", { d: way, class: `line ${quiet ? "quiet" : tone(seen)}`, "stroke-width": thick }),
        piece.is_end && /* @__PURE__ */ a4("path", { d: head(piece.points, thick), class: `head ${quiet ? "quiet" : tone(seen)}` }),
        shown.pulse !== null && /* @__PURE__ */ a4("path", { d: way, class: `pulse ${shown.pulse}`, pathLength: 100 }),
        piece.place !== null && piece.gradient !== null && isPassed && /* @__PURE__ */ a4("text", { x: piece.place[0], y: piece.place[1], class: `gradient branch ${tone(piece.gradient)}`, children: piece.gradient.text })
      ] }, i4);
    }),
    line.dots.map(([x3, y5], i4) => /* @__PURE__ */ a4("circle", { cx: x3, cy: y5, r: 4, class: "dot" }, i4)),
    line.place !== null && /* @__PURE__ */ a4(Labels, { line, hasValue: shown.value, hasGradient: shown.gradient })
  ] });
}
var MARK = 20, AFTER_NAME = 6;
function Labels({ line, hasValue, hasGradient }) {
  let { x: x3, value_y, gradient_y } = line.place, { name, value, gradient } = line;
  return /* @__PURE__ */ a4($, { children: [
    name !== null && /* @__PURE__ */ a4("text", { x: x3, y: value_y, class: "wire-name", children: name }),
    value !== null && hasValue && /* @__PURE__ */ a4("text", { x: name === null ? x3 : x3 + width(name) + AFTER_NAME, y: value_y, class: `value ${tone(value)}`, "data-value": line.id, children: [
      value.text,
      /* @__PURE__ */ a4("title", { children: exact(value) })
    ] }),
    gradient !== null && hasGradient && /* @__PURE__ */ a4("g", { class: `gradient ${tone(gradient)}`, children: [
      /* @__PURE__ */ a4("path", { d: `M${x3} ${gradient_y - 4.5}l7 -4v8z`, class: "head" }),
      /* @__PURE__ */ a4("text", { x: x3 + 10, y: gradient_y, children: "∂" }),
      /* @__PURE__ */ a4("text", { x: x3 + MARK, y: gradient_y, "data-gradient": line.id, children: [
        gradient.text,
        /* @__PURE__ */ a4("title", { children: exact(gradient) })
      ] })
    ] })
  ] });
}
var ruler = document.createElement("canvas").getContext("2d");
function width(text) {
  return ruler === null ? text.length * 7 : (ruler.font = "12.5px Helvetica, Arial, 'Liberation Sans', sans-serif", ruler.measureText(text).width);
}
function exact(quantity) {
  let text = quantity.raw.join(", ");
  return quantity.shape.length === 0 ? text : `[${quantity.shape.join(", ")}] ${text}`;
}
function named(block) {
  let written = `${block.label} ${block.detail ?? ""}`.trim();
  return block.aria.includes(written) ? block.aria : `${written}: ${block.aria}`;
}
var TITLE = 24;
function Body({ block }) {
  let middle = block.x + block.w / 2, isFrame = block.kind === "frame", textY = isFrame ? block.y + TITLE / 2 : block.detail === null ? block.y + block.h / 2 : block.y + block.h / 2 - 7;
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("rect", { x: block.x, y: block.y, width: block.w, height: block.h, rx: block.kind === "input" ? Math.min(block.h / 2, 14) : isFrame ? 10 : 8, class: "body" }),
    block.kind === "stage" && /* @__PURE__ */ a4("rect", { x: block.x + 3, y: block.y + 3, width: block.w - 6, height: block.h - 6, rx: 6, class: "inner" }),
    /* @__PURE__ */ a4("text", { x: isFrame ? block.x + 12 : middle, y: textY, class: "label", "text-anchor": isFrame ? "start" : "middle", children: isFrame ? `▾ ${block.label}` : block.label }),
    " ",
    block.detail !== null && !isFrame && /* @__PURE__ */ a4("text", { x: middle, y: block.y + block.h / 2 + 9, class: "detail", "text-anchor": "middle", children: block.detail })
  ] });
}
function Hatch() {
  return /* @__PURE__ */ a4("defs", { children: /* @__PURE__ */ a4("pattern", { id: "hatch", width: "6", height: "6", patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)", children: [
    /* @__PURE__ */ a4("rect", { width: "6", height: "6", class: "hatch-ground" }),
    /* @__PURE__ */ a4("path", { d: "M0 0V6", class: "hatch-line" })
  ] }) });
}

// src/numbers.ts
function brief(value, digits = 4) {
  if (typeof value != "number") return { nan: "NaN", inf: "∞", "-inf": "−∞" }[value];
  if (value === 0) return "0";
  let size2 = Math.abs(value);
  return (size2 >= 1e6 || size2 < 1e-4 ? value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e") : String(Number(value.toPrecision(digits)))).replace("-", "−");
}
function tone2(value) {
  return typeof value != "number" ? "alarm" : value === 0 ? "zero" : value > 0 ? "plus" : "minus";
}

// src/circuit/drag.ts
function rate(value) {
  return Math.max(1, Math.abs(value)) / 100;
}
function tidy(value) {
  return Number(value.toPrecision(4));
}
function numberOf(input) {
  let told2 = values2.value[input.name], value = typeof told2 == "number" ? told2 : Number(input.values?.[0] ?? 0);
  return Number.isFinite(value) ? value : 0;
}
function grab(event, input) {
  if (event.button !== 0) return;
  let begin3 = numberOf(input), step2 = rate(begin3), at2 = event.clientX, moved = 0, move2 = (next) => {
    next.pointerId === event.pointerId && (moved += (next.clientX - at2) * (next.shiftKey ? 0.1 : 1), at2 = next.clientX, !(!isDragging.value && Math.abs(moved) < 3) && (isDragging.value = !0, setValue(input.name, tidy(Math.round((begin3 + moved * step2) / (step2 / 10)) * (step2 / 10)))));
  }, up = (next) => {
    next.pointerId === event.pointerId && (removeEventListener("pointermove", move2), removeEventListener("pointerup", up), removeEventListener("pointercancel", up), isDragging.value && (isDragging.value = !1, refresh()));
  };
  addEventListener("pointermove", move2), addEventListener("pointerup", up), addEventListener("pointercancel", up);
}
function nudge(input, by) {
  let value = numberOf(input);
  setValue(input.name, tidy(value + by * rate(value) * 10));
}
function parsed(text) {
  let value = Number(text.trim().replace("−", "-"));
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}
function changed(input, element, value) {
  let flat = [...input.values ?? []];
  return flat[element] = value, nested(flat, input.shape);
}
function nested(flat, shape) {
  if (shape.length === 0) return flat[0] ?? 0;
  if (shape.length === 1) return flat;
  let inner = shape.slice(1).reduce((a5, b3) => a5 * b3, 1);
  return Array.from({ length: shape[0] }, (_4, i4) => nested(flat.slice(i4 * inner, (i4 + 1) * inner), shape.slice(1)));
}

// src/circuit/card.tsx
function Number_({ quantity }) {
  if (quantity === null) return /* @__PURE__ */ a4("span", { class: "none", children: "·" });
  let kind = quantity.special !== null ? "alarm" : quantity.zero ? "zero" : quantity.sign;
  return /* @__PURE__ */ a4("span", { class: `number ${kind}`, title: exact(quantity), children: quantity.text });
}
function Link({ block, text }) {
  return block == null ? /* @__PURE__ */ a4("span", { children: text }) : /* @__PURE__ */ a4("button", { type: "button", class: "chip", onClick: () => {
    select(block.id), reveal(block.id);
  }, children: text });
}
function Rows({ block }) {
  let { rows } = block.card;
  return rows.length === 0 ? null : /* @__PURE__ */ a4("table", { class: "rows", children: [
    /* @__PURE__ */ a4("caption", { children: "What it passes back" }),
    /* @__PURE__ */ a4("thead", { children: /* @__PURE__ */ a4("tr", { children: [
      /* @__PURE__ */ a4("th", { scope: "col", children: "to" }),
      /* @__PURE__ */ a4("th", { scope: "col", children: "local" }),
      /* @__PURE__ */ a4("th", { scope: "col", children: /* @__PURE__ */ a4("span", { "aria-label": "times", children: "×" }) }),
      /* @__PURE__ */ a4("th", { scope: "col", children: "upstream" }),
      /* @__PURE__ */ a4("th", { scope: "col", children: /* @__PURE__ */ a4("span", { "aria-label": "equals", children: "=" }) }),
      /* @__PURE__ */ a4("th", { scope: "col", children: "passed back" })
    ] }) }),
    /* @__PURE__ */ a4("tbody", { children: rows.map((row, i4) => /* @__PURE__ */ a4("tr", { children: [
      /* @__PURE__ */ a4("th", { scope: "row", children: /* @__PURE__ */ a4(Link, { block: blockOf(row.wire), text: row.input }) }),
      /* @__PURE__ */ a4("td", { children: /* @__PURE__ */ a4(Number_, { quantity: row.local }) }),
      /* @__PURE__ */ a4("td", { class: "sign", children: "×" }),
      /* @__PURE__ */ a4("td", { children: /* @__PURE__ */ a4(Number_, { quantity: row.upstream }) }),
      /* @__PURE__ */ a4("td", { class: "sign", children: "=" }),
      /* @__PURE__ */ a4("td", { class: "back", children: /* @__PURE__ */ a4(Number_, { quantity: row.back }) })
    ] }, i4)) })
  ] });
}
var CELL = 28;
function color(value, most) {
  let part = most === 0 ? 0 : Math.min(1, Math.abs(value) / most);
  return `color-mix(in srgb, var(${value < 0 ? "--fill-minus" : "--fill-plus"}) ${Math.round(part * 100)}%, var(--fill-zero))`;
}
function Heat({ title: title2, values: values3, shape, chosen, choose }) {
  let columns = shape[shape.length - 1] ?? 1, finite = values3.filter((v4) => typeof v4 == "number"), most = Math.max(0, ...finite.map(Math.abs)), cell = Math.min(CELL, Math.floor(270 / columns));
  return /* @__PURE__ */ a4("figure", { class: "heat", children: [
    /* @__PURE__ */ a4("figcaption", { children: title2 }),
    /* @__PURE__ */ a4("div", { class: "cells", style: { gridTemplateColumns: `repeat(${columns}, ${cell}px)`, gridAutoRows: `${cell}px` }, children: values3.map((v4, i4) => {
      let text = `[${place(i4, shape).join(", ")}] ${brief(v4)}`, style = { background: typeof v4 == "number" ? color(v4, most) : "var(--alarm)" };
      return choose === void 0 ? /* @__PURE__ */ a4("span", { class: "cell", title: text, style }, i4) : /* @__PURE__ */ a4("button", { type: "button", class: "cell", "aria-label": text, title: text, "aria-pressed": i4 === chosen, style, onClick: () => choose(i4) }, i4);
    }) })
  ] });
}
function place(flat, shape) {
  let at2 = [];
  for (let axis = shape.length - 1; axis >= 0; axis -= 1)
    at2.unshift(flat % shape[axis]), flat = Math.floor(flat / shape[axis]);
  return at2;
}
function Field({ label, value, set }) {
  let [isWrong, setWrong] = d2(!1), take2 = (field) => {
    let next = parsed(field.value);
    setWrong(next === null), next !== null && next !== value && set(next);
  }, key2 = (event) => {
    event.stopPropagation();
    let field = event.currentTarget;
    event.key === "Enter" && take2(field), event.key === "Escape" && field.blur();
  };
  return /* @__PURE__ */ a4("label", { class: "field", children: [
    label,
    /* @__PURE__ */ a4("input", { type: "text", inputMode: "decimal", value: String(value), "aria-invalid": isWrong, onKeyDown: key2, onChange: (event) => take2(event.currentTarget) })
  ] });
}
function Knob({ input, block }) {
  let [element, setElement] = d2(0), isScalar = input.shape.length === 0, gradient = [...lines.value.values()].find((one) => one.from === block.id)?.gradient ?? null, index = Math.min(element, Math.max(0, (input.values?.length ?? 1) - 1)), value = isScalar ? numberOf(input) : Number(input.values?.[index] ?? 0), set = (next) => {
    setValue(input.name, isScalar ? next : changed(input, index, next));
  }, label = isScalar ? input.name : `${input.name}[${place(index, input.shape).join(", ")}]`, slope = gradient?.shape.length === 0 ? gradient.raw[0] : gradient?.raw[index];
  return /* @__PURE__ */ a4("section", { class: "knob", children: [
    input.is_started && /* @__PURE__ */ a4("p", { class: "hint", children: `No value was given: ${input.name} starts ${isScalar ? "at" : "with"} ${isScalar ? brief(value) : "random numbers"}.` }),
    input.values === null ? /* @__PURE__ */ a4("p", { class: "hint", children: "Too large to be changed here." }) : /* @__PURE__ */ a4($, { children: [
      !isScalar && /* @__PURE__ */ a4(Heat, { title: "value", values: input.values, shape: input.shape, chosen: index, choose: setElement }),
      !isScalar && gradient !== null && gradient.raw.length === input.values.length && /* @__PURE__ */ a4(Heat, { title: "gradient", values: gradient.raw, shape: input.shape }),
      /* @__PURE__ */ a4("div", { class: "turn", children: [
        /* @__PURE__ */ a4("button", { type: "button", "aria-label": `${input.name} down`, onClick: () => isScalar ? nudge(input, -1) : set(value - 0.1), children: "−" }),
        /* @__PURE__ */ a4(Field, { label, value, set }),
        /* @__PURE__ */ a4("button", { type: "button", "aria-label": `${input.name} up`, onClick: () => isScalar ? nudge(input, 1) : set(value + 0.1), children: "+" })
      ] })
    ] }),
    typeof slope == "number" && /* @__PURE__ */ a4("p", { children: slope === 0 ? /* @__PURE__ */ a4($, { children: `Move ${label} a little, and ${look.value?.output ?? "the output"} stays.` }) : /* @__PURE__ */ a4($, { children: [
      `Raise ${label} a little, and ${look.value?.output ?? "the output"} ${slope > 0 ? "rises" : "falls"}: `,
      /* @__PURE__ */ a4("span", { class: `number ${tone2(slope)}`, children: brief(slope) }),
      " for each 1."
    ] }) }),
    gradient !== null && /* @__PURE__ */ a4("button", { type: "button", class: "act", onClick: () => {
      prove(input.name, index);
    }, children: "Prove it" }),
    /* @__PURE__ */ a4(Proved, { name: input.name })
  ] });
}
function Proved({ name }) {
  let shown = proof.value;
  if (shown === null || shown.name !== name) return null;
  if ("mistakes" in shown) return /* @__PURE__ */ a4("p", { class: "wrong", children: shown.mistakes[0]?.what });
  let { h: h5, above, below, numeric, analytic, error } = shown.proof, isRight = typeof error == "number" && error < 1e-6;
  return /* @__PURE__ */ a4("dl", { class: "proof", "aria-live": "polite", children: [
    /* @__PURE__ */ a4("dt", { children: `f at ${name} + ${brief(h5, 2)}` }),
    /* @__PURE__ */ a4("dd", { children: brief(above, 9) }),
    /* @__PURE__ */ a4("dt", { children: `f at ${name} − ${brief(h5, 2)}` }),
    /* @__PURE__ */ a4("dd", { children: brief(below, 9) }),
    /* @__PURE__ */ a4("dt", { children: "difference / 2h" }),
    /* @__PURE__ */ a4("dd", { "data-proof": "numeric", children: brief(numeric, 7) }),
    /* @__PURE__ */ a4("dt", { children: "backward pass" }),
    /* @__PURE__ */ a4("dd", { "data-proof": "analytic", children: brief(analytic, 7) }),
    /* @__PURE__ */ a4("dt", { children: "relative error" }),
    /* @__PURE__ */ a4("dd", { class: isRight ? "right" : "doubt", children: `${brief(error, 2)} ${isRight ? "✓" : "at a kink differences say nothing"}` })
  ] });
}
function Checked({ check: check2 }) {
  let agrees = typeof check2.apart == "number" && check2.apart < 1e-9;
  return /* @__PURE__ */ a4("section", { class: "check", children: [
    /* @__PURE__ */ a4("h3", { children: `d ${check2.output} / d ${check2.input}` }),
    /* @__PURE__ */ a4("p", { children: [
      "the stage as one gate: ",
      /* @__PURE__ */ a4(Number_, { quantity: check2.local })
    ] }),
    /* @__PURE__ */ a4("p", { children: [
      check2.paths > 1 ? `${check2.paths} paths through its parts add up to: ` : "the product of its parts: ",
      check2.factors.map((factor, i4) => /* @__PURE__ */ a4("span", { children: [
        i4 > 0 && " × ",
        /* @__PURE__ */ a4(Number_, { quantity: factor })
      ] }, i4)),
      check2.factors.length > 0 && " = ",
      /* @__PURE__ */ a4(Number_, { quantity: check2.product }),
      agrees ? " ✓" : " ✗"
    ] })
  ] });
}
function Because() {
  let shown = why.value;
  if (shown === null) return null;
  let name = (wire) => {
    let block = blockOf(wire);
    return block === null ? `#${wire}` : block.name ?? block.label;
  }, way = (wires) => wires.filter((wire) => blockOf(wire) !== null).map(name).join(" → ");
  return /* @__PURE__ */ a4("section", { class: "because", "aria-live": "polite", children: shown.paths.length > 0 ? /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("p", { children: shown.count === 1 ? "One path leads to the output. The gradient is the product of the local gradients on it:" : `${brief(shown.count)} paths lead to the output. The gradient is the sum of their products:` }),
    /* @__PURE__ */ a4("ol", { children: shown.paths.map((one, i4) => /* @__PURE__ */ a4("li", { children: [
      /* @__PURE__ */ a4("div", { class: "way", children: way(one.wires) }),
      /* @__PURE__ */ a4("div", { children: [
        one.locals.length === 0 ? "1" : one.locals.map((local) => brief(local, 3)).join(" × "),
        " = ",
        /* @__PURE__ */ a4("span", { class: `number ${tone2(one.product)}`, children: brief(one.product) })
      ] })
    ] }, i4)) }),
    shown.total !== null && shown.count > 1 && /* @__PURE__ */ a4("p", { children: `together ${brief(shown.total)}` }),
    shown.paths.length < shown.count && /* @__PURE__ */ a4("p", { class: "hint", children: `${brief(shown.count - shown.paths.length)} more are not listed.` })
  ] }) : /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("p", { children: shown.uses.length === 0 ? "Nothing that leads to the output reads it." : "Each gate that reads it passes something back; that is added up (of arrays the sum of the elements):" }),
    /* @__PURE__ */ a4("ul", { children: shown.uses.map((use, i4) => /* @__PURE__ */ a4("li", { children: [
      `${name(use.gate)}: `,
      /* @__PURE__ */ a4("span", { class: `number ${tone2(use.passed)}`, children: brief(use.passed) })
    ] }, i4)) })
  ] }) });
}
function Ends({ block }) {
  let target = (wire, side) => {
    let line = lines.value.get(wire);
    return line === void 0 ? [] : (side === "from" ? [line.from] : line.to.map(([id]) => id)).map((id) => blocks.value.get(id)).filter((one) => one !== void 0 && one.id !== block.id);
  }, unique = (side) => {
    let found = block[side].flatMap((port) => target(port.wire, side === "ins" ? "from" : "to"));
    return [...new Map(found.map((one) => [one.id, one])).values()];
  }, list = (title2, ends) => ends.length > 0 && /* @__PURE__ */ a4("p", { class: "ends", children: [
    `${title2} `,
    ends.map((end) => /* @__PURE__ */ a4(Link, { block: end, text: end.name ?? end.label }, end.id))
  ] });
  return /* @__PURE__ */ a4("nav", { "aria-label": "wires", children: [
    list("reads", unique("ins")),
    list("read by", unique("outs"))
  ] });
}
function Body2({ block }) {
  let { card } = block, input = look.value?.inputs.find((one) => `g${one.wire}` === block.id), isFrame = block.kind === "frame";
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("h2", { children: card.title }),
    /* @__PURE__ */ a4("p", { class: "spec", children: [card.spec, card.source].filter((text) => text !== null && text !== "").join(" · ") }),
    card.numbers !== "" && /* @__PURE__ */ a4("p", { class: "numbers", children: card.numbers }),
    card.formula !== "" && /* @__PURE__ */ a4("p", { class: "formula", children: card.formula }),
    card.local !== "" && /* @__PURE__ */ a4("p", { class: "formula local", children: card.local }),
    input !== void 0 && /* @__PURE__ */ a4(Knob, { input, block }, input.name),
    /* @__PURE__ */ a4(Rows, { block }),
    card.pattern !== null && /* @__PURE__ */ a4("p", { class: `pattern ${card.pattern.key}`, children: [
      /* @__PURE__ */ a4("strong", { children: card.pattern.title }),
      card.pattern.sentence
    ] }),
    card.checks.map((check2, i4) => /* @__PURE__ */ a4(Checked, { check: check2 }, i4)),
    (block.opens || isFrame) && /* @__PURE__ */ a4("button", { type: "button", class: "act", onClick: () => {
      toggle(block.id);
    }, children: isFrame ? "Close it (Backspace)" : "Open it (Enter)" }),
    block.kind !== "frame" && block.kind !== "constant" && block.kind !== "output" && /* @__PURE__ */ a4("button", { type: "button", class: "act", onClick: () => {
      explain(block.id);
    }, children: "Why is its gradient what it is?" }),
    /* @__PURE__ */ a4(Because, {}),
    /* @__PURE__ */ a4(Ends, { block })
  ] });
}
function CardPanel() {
  let block = selected.value;
  return /* @__PURE__ */ a4("aside", { class: `panel card${sheet.value === "card" ? " up" : ""}`, "aria-label": "gate card", id: "card", children: [
    /* @__PURE__ */ a4("button", { type: "button", class: "close", "aria-label": "close the card", onClick: () => sheet.value = null, children: "×" }),
    block === null ? /* @__PURE__ */ a4("div", { class: "empty", children: [
      /* @__PURE__ */ a4("h2", { children: "Pick a gate" }),
      /* @__PURE__ */ a4("p", { children: "Its card shows what it computes, and what it passes back to each input:" }),
      /* @__PURE__ */ a4("p", { class: "numbers", children: "local × upstream = passed back" }),
      /* @__PURE__ */ a4("p", { children: "Drag an input sideways, and everything follows." })
    ] }) : /* @__PURE__ */ a4(Body2, { block }, at.value)
  ] });
}

// src/circuit/examples.ts
var neuron = { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 }, examples = [
  { name: "a neuron", formula: "f = sigmoid(w0*x0 + w1*x1 + w2)", values: neuron },
  { name: "add and multiply", formula: "f = (x + y) * z", values: { x: -2, y: 5, z: -4 } },
  { name: "max routes", formula: "f = 2 * (x*y + max(z, w))", values: { x: 3, y: -4, z: 2, w: -1 } },
  { name: "a neuron in stages", formula: `stage sigma(z) = 1 / (1 + exp(-z))
f = sigma(w0*x0 + w1*x1 + w2)`, values: neuron },
  { name: "staged computation", formula: `stage sigma(z) = 1 / (1 + exp(-z))
f = (x + sigma(y)) / (sigma(x) + (x + y)^2)`, values: { x: 3, y: -4 } },
  {
    name: "two layers",
    formula: `stage neuron(a, b, w, v, c) = relu(w*a + v*b + c)
h1 = neuron(x, y, w1, w2, b1)
h2 = neuron(x, y, w3, w4, b2)
loss = (u1*h1 + u2*h2 - target)^2`,
    values: { x: 1, y: -2, w1: 0.5, w2: -1, b1: 0.1, w3: -0.7, w4: 0.3, b2: 0.2, u1: 1.5, u2: -1, target: 2 }
  },
  { name: "a gradient that vanishes", formula: "f = sigmoid(w4 * sigmoid(w3 * sigmoid(w2 * sigmoid(w1 * x))))", values: { w1: 1.2, w2: -0.8, w3: 1.5, w4: 0.9, x: 2 } },
  { name: "matrix times vector", formula: `input W: f64[3, 2]
input x: f64[2]
h = relu(W @ x)
loss = sum(h^2)`, values: { W: [[1, -2], [0.5, 1], [-1, 3]], x: [2, 0.5] } }
];

// src/circuit/formula.tsx
var PAUSE = 250, MOST = 116;
function letters(text, bytes) {
  return new TextDecoder().decode(new TextEncoder().encode(text).slice(0, bytes)).length;
}
function Marked({ text, wrong }) {
  let spans = wrong.filter((one) => one.from !== null && one.to !== null).map((one) => ({ from: letters(text, one.from), to: Math.max(letters(text, one.to), letters(text, one.from) + 1) })).sort((a5, b3) => a5.from - b3.from), parts = [], from = 0;
  for (let span of spans)
    span.from < from || (parts.push(text.slice(from, span.from)), parts.push(/* @__PURE__ */ a4("mark", { children: text.slice(span.from, span.to) || " " }, span.from)), from = span.to);
  return /* @__PURE__ */ a4("div", { class: "marks", "aria-hidden": "true", children: [
    parts,
    `${text.slice(from)} `
  ] });
}
function Formula() {
  let [text, setText] = d2(formula.value), clock = T2(0), given = formula.value;
  A2(() => setText(given), [given]);
  let field = T2(null);
  F2(() => {
    let grow = () => {
      let area = field.current;
      area.style.height = "auto", area.style.height = `${Math.min(MOST, area.scrollHeight + 2)}px`;
    };
    return grow(), addEventListener("resize", grow), () => removeEventListener("resize", grow);
  }, [text]);
  let edit = (next) => {
    setText(next), clearTimeout(clock.current), clock.current = setTimeout(() => {
      isFitted.value = !1, setFormula(next);
    }, PAUSE);
  }, wrong = text === given ? mistakes.value : [], choose = (select2) => {
    let chosen = examples[Number(select2.value)];
    select2.value = "", chosen !== void 0 && (isFitted.value = !1, example(chosen.formula, chosen.values));
  };
  return /* @__PURE__ */ a4("div", { class: "formula-bar", children: [
    /* @__PURE__ */ a4("div", { class: "editor", children: [
      /* @__PURE__ */ a4(Marked, { text, wrong }),
      /* @__PURE__ */ a4(
        "textarea",
        {
          ref: field,
          id: "formula",
          "aria-label": "formula",
          "aria-invalid": wrong.length > 0,
          "aria-describedby": "mistakes",
          spellcheck: !1,
          autocomplete: "off",
          rows: 1,
          value: text,
          onInput: (event) => edit(event.currentTarget.value),
          onKeyDown: (event) => {
            event.stopPropagation(), event.key === "Escape" && event.currentTarget.blur();
          }
        }
      ),
      /* @__PURE__ */ a4("div", { id: "mistakes", class: "mistakes", role: "status", children: wrong.map((one, i4) => /* @__PURE__ */ a4("p", { children: [
        one.what,
        one.hint !== null && /* @__PURE__ */ a4("span", { children: ` Hint: ${one.hint}${one.hint.endsWith("?") ? "" : "."}` })
      ] }, i4)) })
    ] }),
    /* @__PURE__ */ a4("select", { class: "examples", "aria-label": "examples", value: "", onChange: (event) => choose(event.currentTarget), children: [
      /* @__PURE__ */ a4("option", { value: "", children: "examples" }),
      examples.map((one, i4) => /* @__PURE__ */ a4("option", { value: i4, children: one.name }, one.name))
    ] })
  ] });
}

// src/keylist.tsx
function Keys({ keys: keys2 }) {
  return /* @__PURE__ */ a4("dl", { class: "keys", children: keys2.map(([key2, what]) => /* @__PURE__ */ a4("div", { children: [
    /* @__PURE__ */ a4("dt", { children: /* @__PURE__ */ a4("kbd", { children: key2 }) }),
    /* @__PURE__ */ a4("dd", { children: what })
  ] }, key2)) });
}

// src/circuit/help.tsx
var keys = [
  ["→  ←", "next gate, the one before; with Shift by stage"],
  ["Space", "play, pause"],
  ["Home  End", "to the beginning, to the end"],
  ["b", "where the backward pass begins"],
  ["↑  ↓", "turn the chosen input"],
  ["Enter  Backspace", "open a stage, close it"],
  ["0", "close all"],
  ["Alt + arrows", "walk along the wires"],
  ["/", "search: letters, re:^w, op:mul, grad:0, nan:"],
  ["f", "fit into the window"],
  ["t", "left to right, or top to bottom"],
  ["g", "only what a gradient reaches"],
  ["e", "edit the formula"],
  ["Esc", "back, out"],
  ["?", "this"]
];
function Help() {
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("h2", { id: "help-title", children: "How to read it" }),
    /* @__PURE__ */ a4("dl", { class: "legend", children: [
      /* @__PURE__ */ a4("dt", { children: /* @__PURE__ */ a4("span", { class: "number plain", children: "2.5" }) }),
      /* @__PURE__ */ a4("dd", { children: "above a wire: its value, flowing forward" }),
      /* @__PURE__ */ a4("dt", { children: /* @__PURE__ */ a4("span", { class: "gradient plus", children: "∂ 0.2" }) }),
      /* @__PURE__ */ a4("dd", { children: "below it, slanted: the gradient, how much the output rises for each 1 that this rises" }),
      /* @__PURE__ */ a4("dt", { children: [
        /* @__PURE__ */ a4("span", { class: "number plus", children: "blue" }),
        " ",
        /* @__PURE__ */ a4("span", { class: "number minus", children: "−orange" })
      ] }),
      /* @__PURE__ */ a4("dd", { children: "positive, negative" }),
      /* @__PURE__ */ a4("dt", { children: /* @__PURE__ */ a4("svg", { width: "46", height: "16", "aria-hidden": "true", children: /* @__PURE__ */ a4("path", { d: "M2 8H44", class: "line plus", "stroke-width": "5" }) }) }),
      /* @__PURE__ */ a4("dd", { children: "the thicker, the larger: from 1 to 6 pixels by powers of ten" }),
      /* @__PURE__ */ a4("dt", { children: /* @__PURE__ */ a4("svg", { width: "46", height: "16", "aria-hidden": "true", children: /* @__PURE__ */ a4("path", { d: "M2 8H44", class: "line zero", "stroke-width": "2" }) }) }),
      /* @__PURE__ */ a4("dd", { children: "nothing flows: a gradient of exactly 0" }),
      /* @__PURE__ */ a4("dt", { children: /* @__PURE__ */ a4("svg", { width: "46", height: "16", "aria-hidden": "true", children: /* @__PURE__ */ a4("circle", { cx: "23", cy: "8", r: "4", class: "dot" }) }) }),
      /* @__PURE__ */ a4("dd", { children: "a copy: what comes back along the branches adds up here" }),
      /* @__PURE__ */ a4("dt", { children: /* @__PURE__ */ a4("span", { class: "number alarm", children: "NaN" }) }),
      /* @__PURE__ */ a4("dd", { children: "no number, or an infinite one" })
    ] }),
    /* @__PURE__ */ a4("h2", { children: "The rule" }),
    /* @__PURE__ */ a4("p", { children: [
      "Each gate knows only its own inputs and output. It multiplies what arrives from behind by its local gradient, and passes that back: ",
      /* @__PURE__ */ a4("b", { children: "local × upstream = passed back" }),
      ". Add hands it on unchanged, multiply swaps its inputs, max sends all of it one way, and a copy adds up."
    ] }),
    /* @__PURE__ */ a4("h2", { children: "Keys" }),
    /* @__PURE__ */ a4(Keys, { keys })
  ] });
}

// src/circuit/intro.ts
var isHinting = y3(!1), KEY = "chainrule.seen";
function isSeen() {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return !0;
  }
}
function markSeen() {
  try {
    localStorage.setItem(KEY, "1");
  } catch {
  }
}
function first() {
  return look.value?.scene?.blocks.find((block) => block.kind === "input" && block.on_gradient_path)?.id ?? null;
}
function finish() {
  go(null), select(first()), isHinting.value = !0;
}
async function intro() {
  if (isSeen() || total.value === 0 || total.value > 24) return;
  if (markSeen(), matchMedia("(prefers-reduced-motion: reduce)").matches) return finish();
  let isOver = !1, stop2 = (event) => {
    isOver = !0, (event.type === "pointerdown" || event.key === " ") && go(null);
  };
  addEventListener("keydown", stop2, { capture: !0, once: !0 }), addEventListener("pointerdown", stop2, { capture: !0, once: !0 }), await wait(1e3);
  let forward = 3e3 / Math.max(1, known.value.forward), back = 4e3 / Math.max(1, total.value - known.value.forward);
  for (let done = 0; done <= total.value && !isOver; done += 1)
    go(done), await wait(current.value?.pass === "backward" ? back : done === 0 ? 300 : forward), step.value !== done && (isOver = !0);
  removeEventListener("keydown", stop2, { capture: !0 }), removeEventListener("pointerdown", stop2, { capture: !0 }), isOver || finish();
}

// src/circuit/scrubber.tsx
var BEAT = 700;
function play() {
  !isPlaying.value && (step.value === null || step.value >= total.value) && go(0), isPlaying.value = !isPlaying.value;
}
function Scrubber() {
  let playing = isPlaying.value;
  A2(() => {
    if (!playing) return;
    let clock = setInterval(() => {
      (step.value ?? total.value) >= total.value ? isPlaying.value = !1 : go((step.value ?? 0) + 1);
    }, BEAT);
    return () => clearInterval(clock);
  }, [playing]);
  let steps = scene.value?.steps ?? [], done = step.value ?? total.value, forward = known.value.forward, now = current.value, text = now === null ? step.value === 0 ? "start" : "all done" : `${now.pass} ${now.number}`, drag = (event) => {
    if (event.buttons === 0) return;
    let track = event.currentTarget;
    event.type === "pointerdown" && track.setPointerCapture(event.pointerId);
    let box = track.getBoundingClientRect();
    isPlaying.value = !1, go(Math.round((event.clientX - box.left) / box.width * total.value));
  };
  return /* @__PURE__ */ a4("footer", { class: "scrubber", children: [
    /* @__PURE__ */ a4("div", { class: "buttons", children: [
      /* @__PURE__ */ a4("button", { type: "button", title: "back (←)", "aria-label": "one step back", disabled: done === 0, onClick: () => move(-1), children: "◀" }),
      /* @__PURE__ */ a4("button", { type: "button", class: "play", title: "play (Space)", "aria-label": playing ? "pause" : "play", onClick: play, children: playing ? "❚❚" : "▶" }),
      /* @__PURE__ */ a4("button", { type: "button", title: "on (→)", "aria-label": "one step on", disabled: step.value === null || done === total.value, onClick: () => move(1), children: "▶▏" })
    ] }),
    /* @__PURE__ */ a4(
      "div",
      {
        class: "track",
        role: "slider",
        tabIndex: 0,
        "aria-label": "step",
        "aria-valuemin": 0,
        "aria-valuemax": total.value,
        "aria-valuenow": done,
        "aria-valuetext": text,
        onPointerDown: drag,
        onPointerMove: drag,
        children: [
          /* @__PURE__ */ a4("span", { class: "name forward", style: { width: `${share(forward)}%` }, children: "forward" }),
          /* @__PURE__ */ a4("span", { class: "name backward", style: { width: `${100 - share(forward)}%` }, children: "backward" }),
          /* @__PURE__ */ a4("div", { class: "rail", children: [
            /* @__PURE__ */ a4("span", { class: "done forward", style: { width: `${share(Math.min(done, forward))}%` } }),
            /* @__PURE__ */ a4("span", { class: "done backward", style: { left: `${share(forward)}%`, width: `${share(Math.max(0, done - forward))}%` } }),
            steps.length <= 80 && steps.map((one, i4) => /* @__PURE__ */ a4("span", { class: `tick ${one.pass}`, style: { left: `${share(i4 + 1)}%` } }, i4)),
            /* @__PURE__ */ a4("span", { class: "thumb", style: { left: `${share(done)}%` } })
          ] })
        ]
      }
    ),
    /* @__PURE__ */ a4("output", { class: "count", children: text })
  ] });
}
function share(steps) {
  return total.value === 0 ? 0 : steps / total.value * 100;
}

// src/circuit/keys.ts
var visited = [];
function walk(side) {
  let here2 = at.value;
  if (here2 === null) {
    let first2 = scene.value?.blocks.find((block) => block.kind !== "frame");
    first2 !== void 0 && focus(first2.id);
    return;
  }
  let near = neighbours(side), last = visited[visited.length - 1], to = last !== void 0 && near.includes(last) ? last : near[0];
  to !== void 0 && (to === last ? visited.pop() : visited.push(here2), focus(to));
}
function beside(by) {
  let here2 = at.value === null ? void 0 : blocks.value.get(at.value);
  if (here2 === void 0) return walk("outs");
  let column = (scene.value?.blocks ?? []).filter((block) => block.kind !== "frame" && Math.abs(block.x + block.w / 2 - here2.x - here2.w / 2) < 60).sort((a5, b3) => a5.y - b3.y), next = column[column.findIndex((block) => block.id === here2.id) + by];
  next !== void 0 && focus(next.id);
}
function focus(id) {
  select(id), reveal(id), document.querySelector(`[data-block="${CSS.escape(id)}"]`)?.focus();
}
function leap(by) {
  let steps = scene.value?.steps ?? [], frame = (i4) => blocks.value.get(steps[i4 - 1]?.block ?? "")?.frame ?? null, to = step.value ?? total.value, from = frame(to);
  do
    to += by;
  while (to > 0 && to < total.value && frame(to) === from);
  move(to - (step.value ?? total.value));
}
function escape() {
  isHelpOpen.value ? isHelpOpen.value = !1 : sheet.value !== null ? sheet.value = null : step.value !== null ? go(null) : select(null);
}
function alter(by) {
  let input = look.value?.inputs.find((one) => `g${one.wire}` === at.value);
  return input === void 0 || input.shape.length > 0 ? !1 : (nudge(input, by), !0);
}
function closeAround() {
  let here2 = at.value === null ? void 0 : blocks.value.get(at.value), frame = here2?.kind === "frame" ? here2.id : here2?.frame;
  frame != null && toggle(frame);
}
var plain = {
  ArrowRight: () => move(1),
  ArrowLeft: () => move(-1),
  ArrowUp: () => alter(1),
  ArrowDown: () => alter(-1),
  Home: () => go(0),
  End: () => go(total.value),
  " ": play,
  Enter: () => {
    at.value !== null && blocks.value.get(at.value)?.opens === !0 && toggle(at.value);
  },
  Backspace: closeAround,
  Escape: escape,
  b: () => go(known.value.forward + 1),
  f: fit,
  0: () => {
    setOpen([], null).then(fit);
  },
  t: () => {
    setDirection(dir.value === "lr" ? "tb" : "lr").then(fit);
  },
  g: () => {
    gradientOnly.value = !gradientOnly.value;
  },
  "/": () => {
    sheet.value = "outline", document.getElementById("search")?.focus();
  },
  e: () => document.getElementById("formula")?.focus(),
  "?": () => {
    isHelpOpen.value = !isHelpOpen.value;
  }
};
function onKey(event) {
  if (event.ctrlKey || event.metaKey) return;
  if (event.altKey) {
    let way = { ArrowRight: () => walk("outs"), ArrowLeft: () => walk("ins"), ArrowUp: () => beside(-1), ArrowDown: () => beside(1) }[event.key];
    return way === void 0 ? void 0 : (event.preventDefault(), way());
  }
  let target = event.target;
  if (target.closest("input, select, textarea") !== null && event.key !== "Escape" || (event.key === " " || event.key === "Enter") && target.closest("button, a") !== null) return;
  if (event.shiftKey && (event.key === "ArrowRight" || event.key === "ArrowLeft"))
    return event.preventDefault(), leap(event.key === "ArrowRight" ? 1 : -1);
  let work = plain[event.key];
  if (work === void 0 || isHelpOpen.value && !["Escape", "?"].includes(event.key)) return;
  isPlaying.value = event.key === " " ? isPlaying.value : !1, work() !== !1 && event.preventDefault();
  let now = current.value;
  now !== null && reveal(now.block);
}

// src/circuit/outline.tsx
function leaves() {
  let depth = /* @__PURE__ */ new Map();
  return (scene.value?.blocks ?? []).map((block) => {
    let level = block.frame === null ? 1 : (depth.get(block.frame) ?? 0) + 1;
    return depth.set(block.id, level), { block, level };
  });
}
function facts(block) {
  let wire = block.kind === "output" ? block.ins[0]?.wire : block.outs[0]?.wire, line = wire === void 0 ? void 0 : lines.value.get(wire);
  return { value: line?.value?.text ?? "", gradient: line?.gradient?.text ?? "" };
}
function matches(block, query) {
  let text = `${block.name ?? ""} ${block.label} ${block.gate}`.toLowerCase();
  return query.toLowerCase().split(/\s+/).filter((word) => word !== "").every((word) => {
    let [key2, rest] = word.includes(":") ? [word.slice(0, word.indexOf(":")), word.slice(word.indexOf(":") + 1)] : ["", word], line = lines.value.get(block.outs[0]?.wire ?? "");
    if (key2 === "op") return block.gate.includes(rest);
    if (key2 === "grad") return rest === "0" ? line?.gradient?.zero ?? !1 : line?.gradient !== null;
    if (key2 === "nan") return line !== void 0 && (line.value?.special != null || line.gradient?.special != null);
    if (key2 === "re")
      try {
        return new RegExp(rest, "i").test(text);
      } catch {
        return !1;
      }
    return inOrder(text, rest);
  });
}
function inOrder(text, letters2) {
  let from = 0;
  for (let letter of letters2) {
    let found = text.indexOf(letter, from);
    if (found < 0) return !1;
    from = found + 1;
  }
  return !0;
}
function hidden(query) {
  return query === "" || query.includes(":") ? [] : (scene.value?.stages ?? []).filter((stage) => !stage.visible && inOrder(stage.path.toLowerCase(), query.toLowerCase())).slice(0, 50);
}
function openTo(entry) {
  let parts = entry.path.split("."), around2 = parts.slice(1).map((_4, i4) => parts.slice(0, i4 + 1).join("."));
  setOpen([.../* @__PURE__ */ new Set([...open.value, ...around2])], null).then(() => {
    select(entry.id), reveal(entry.id);
  });
}
function pick(id) {
  select(id), reveal(id);
}
function key(event, shown, index) {
  let leaf = shown[index], to = (i4) => {
    let next = shown[Math.max(0, Math.min(shown.length - 1, i4))];
    next !== void 0 && (pick(next.block.id), event.currentTarget.parentElement?.querySelector(`[data-leaf="${next.block.id}"]`)?.focus());
  }, { kind, opens } = leaf.block;
  if (!(event.altKey || event.ctrlKey || event.metaKey)) {
    if (event.key === "ArrowDown") to(index + 1);
    else if (event.key === "ArrowUp") to(index - 1);
    else if (event.key === "Home") to(0);
    else if (event.key === "End") to(shown.length - 1);
    else if (event.key === "ArrowRight" && kind !== "frame" && opens) toggle(leaf.block.id);
    else if (event.key === "ArrowLeft" && kind === "frame") toggle(leaf.block.id);
    else if (event.key === "ArrowLeft" && leaf.block.frame !== null) to(shown.findIndex((one) => one.block.id === leaf.block.frame));
    else if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    event.preventDefault(), event.stopPropagation();
  }
}
function Outline() {
  let query = search.value.trim(), shown = leaves().filter((leaf) => query === "" || matches(leaf.block, query)), first2 = shown.some((leaf) => leaf.block.id === at.value) ? at.value : shown[0]?.block.id ?? null, typed = (event) => {
    event.stopPropagation();
    let field = event.currentTarget;
    event.key === "Escape" && (search.value = "", field.blur()), event.key === "Enter" && shown[0] !== void 0 ? pick(shown[0].block.id) : event.key === "Enter" && hidden(query)[0] !== void 0 && openTo(hidden(query)[0]);
  };
  return /* @__PURE__ */ a4("aside", { class: `panel outline${sheet.value === "outline" ? " up" : ""}`, "aria-label": "outline", id: "outline", children: [
    /* @__PURE__ */ a4("button", { type: "button", class: "close", "aria-label": "close the outline", onClick: () => sheet.value = null, children: "×" }),
    /* @__PURE__ */ a4("input", { id: "search", type: "search", placeholder: "search  /", "aria-label": "search the circuit", value: search.value, onInput: (event) => search.value = event.currentTarget.value, onKeyDown: typed }),
    /* @__PURE__ */ a4("ul", { role: "tree", "aria-label": "gates in the order of the forward pass", children: shown.map(({ block, level }, index) => {
      let { value, gradient } = facts(block);
      return /* @__PURE__ */ a4(
        "li",
        {
          role: "treeitem",
          "data-leaf": block.id,
          "aria-level": query === "" ? level : 1,
          "aria-selected": at.value === block.id,
          "aria-expanded": block.kind === "frame" ? !0 : block.opens ? !1 : void 0,
          "aria-label": block.aria,
          tabIndex: first2 === block.id ? 0 : -1,
          class: block.kind,
          style: { paddingInlineStart: `${(query === "" ? level - 1 : 0) * 12 + 8}px` },
          onClick: () => pick(block.id),
          onDblClick: () => {
            toggle(block.id);
          },
          onKeyDown: (event) => key(event, shown, index),
          children: [
            /* @__PURE__ */ a4("span", { class: "what", children: [
              `${block.kind === "frame" ? "▾ " : block.kind === "stage" ? "▸ " : ""}${title(block)}`,
              /* @__PURE__ */ a4("small", { children: reads(block) })
            ] }),
            /* @__PURE__ */ a4("span", { class: "value", children: value }),
            /* @__PURE__ */ a4("span", { class: "gradient", children: gradient === "" ? "" : `∂ ${gradient}` })
          ]
        },
        block.id
      );
    }) }),
    shown.length === 0 && blocks.value.size > 0 && /* @__PURE__ */ a4("p", { class: "hint", children: "Nothing drawn is called so." }),
    hidden(query).map((entry) => /* @__PURE__ */ a4("button", { type: "button", class: "found", onClick: () => openTo(entry), children: `inside closed stages: ${entry.path}` }, entry.id))
  ] });
}
function title(block) {
  if (block.kind === "stage" || block.kind === "frame") return block.name ?? block.label;
  let name = block.name !== null && block.name !== block.label ? ` ${block.name}` : "";
  return `${block.label}${name}`;
}
function reads(block) {
  return block.kind === "output" || block.ins.length === 0 ? "" : block.ins.map((port) => port.name).join(", ");
}

// src/circuit/picture.tsx
function isKnown(from) {
  return step.value === null || from !== void 0 && from <= step.value || from === 0;
}
function passed(line, piece) {
  return piece.ends.map((end) => line.to[end]?.[0]).filter((id) => id !== void 0).map((id) => blocks.value.get(id)?.kind === "output" ? known.value.forward + 1 : known.value.back.get(id)).reduce((a5, b3) => a5 === void 0 || b3 === void 0 ? a5 ?? b3 : Math.max(a5, b3), void 0) ?? known.value.gradient.get(line.id);
}
function valueFrom(line) {
  return known.value.value.get(line.id) ?? 0;
}
function gradientFrom(line) {
  let ends = line.to.some(([id]) => blocks.value.get(id)?.kind === "output");
  return known.value.gradient.get(line.id) ?? (ends ? known.value.forward + 1 : void 0);
}
function shownOf(line, isOnPath) {
  let now = current.value;
  return {
    value: isKnown(valueFrom(line)),
    gradient: isKnown(gradientFrom(line)),
    pieces: line.pieces.map((piece) => isKnown(passed(line, piece))),
    pulse: now?.wires.includes(line.id) === !0 ? now.pass === "backward" ? "back" : "on" : null,
    isOnPath
  };
}
function Box({ block }) {
  let isAt = at.value === block.id, isLit = current.value?.block === block.id, input = look.value?.inputs.find((one) => `g${one.wire}` === block.id), canDrag = input !== void 0 && input.shape.length === 0, classes = ["block", block.kind, isAt ? "at" : "", isLit ? `lit ${current.value?.pass}` : "", canDrag ? "drag" : "", block.on_gradient_path ? "" : "off-path"], isFrame = block.kind === "frame", down = (event) => {
    select(block.id), canDrag && grab(event, input);
  }, isButton = block.kind !== "output";
  return /* @__PURE__ */ a4(
    "g",
    {
      class: classes.filter((name) => name !== "").join(" "),
      "data-block": block.id,
      role: isButton ? "button" : "img",
      "aria-label": named(block),
      "aria-pressed": isButton ? isAt : void 0,
      "aria-expanded": isFrame ? !0 : block.opens ? !1 : void 0,
      tabIndex: isButton ? isAt ? 0 : -1 : void 0,
      onPointerDown: isButton ? down : void 0,
      onFocus: isButton ? () => select(block.id) : void 0,
      onDblClick: () => {
        toggle(block.id);
      },
      children: /* @__PURE__ */ a4(Body, { block })
    }
  );
}
function overlap(a5, b3) {
  return a5.x < b3.x + b3.w && b3.x < a5.x + a5.w && a5.y < b3.y + b3.h && b3.y < a5.y + a5.h;
}
function spot(shown, block, w5, h5) {
  let x3 = block.x + block.w / 2 - w5 / 2, heights = [block.y - h5 - 8, block.y + block.h + 8, shown.top - h5 + 8, shown.top + shown.height - 8], texts = shown.wires.flatMap((line) => line.place === null ? [] : [{ x: line.place.x, y: line.place.value_y - 12, w: 70, h: 34 }]), things = [...shown.blocks.filter((one) => one.kind !== "frame"), ...texts], { x: left, y: top, k: k4 } = view.value, isOutside = (y5) => (y5 * k4 + top < 0 || (y5 + h5) * k4 + top > size.value.h ? 100 : 0) + (x3 * k4 + left < 0 || (x3 + w5) * k4 + left > size.value.w ? 100 : 0), places = heights.map((y5) => ({ x: x3, y: y5, w: w5, h: h5 })), cost = (place2) => isOutside(place2.y) + things.filter((thing) => overlap(place2, thing)).length;
  return places.reduce((best, one) => cost(one) < cost(best) ? one : best);
}
function Sums({ isLine }) {
  let now = current.value, shown = scene.value, block = now?.pass === "backward" ? blocks.value.get(now.block) : void 0, rows = block?.card.rows.filter((row) => row.local !== null && row.upstream !== null && row.back !== null).slice(0, 3) ?? [];
  if (block === void 0 || shown === null || shown.direction === "tb" || rows.length === 0 || block.kind === "frame") return null;
  let texts = rows.map((row) => `${row.input}: ${row.local.text} × ${row.upstream.text} = ${row.back.text}`), scale = Math.max(1, 1 / view.value.k), { x: x3, y: y5, w: w5, h: h5 } = spot(shown, block, (Math.max(...texts.map((text) => text.length)) * 6.6 + 20) * scale, (rows.length * 18 + 10) * scale), middle = block.x + block.w / 2, isAbove = y5 < block.y;
  return isLine ? /* @__PURE__ */ a4("path", { class: "leader", d: isAbove ? `M${middle} ${y5 + h5}V${block.y}` : `M${middle} ${y5}V${block.y + block.h}` }) : /* @__PURE__ */ a4("g", { class: "sums", "aria-hidden": "true", children: [
    /* @__PURE__ */ a4("rect", { x: x3, y: y5, width: w5, height: h5, rx: 6 * scale }),
    texts.map((text, i4) => /* @__PURE__ */ a4("text", { x: middle, y: y5 + (17.5 + i4 * 18) * scale, "font-size": 12.5 * scale, "text-anchor": "middle", children: text }, i4))
  ] });
}
function Minimap({ shown }) {
  let scale = Math.min(180 / shown.width, 110 / shown.height), { x: x3, y: y5, k: k4 } = view.value, { w: w5, h: h5 } = size.value, jump = (event) => {
    let box = event.currentTarget.getBoundingClientRect();
    reach((event.clientX - box.left) / scale + shown.left, (event.clientY - box.top) / scale + shown.top);
  };
  return /* @__PURE__ */ a4("svg", { class: "minimap", "aria-hidden": "true", width: shown.width * scale, height: shown.height * scale, viewBox: `${shown.left} ${shown.top} ${shown.width} ${shown.height}`, onPointerDown: jump, children: [
    shown.blocks.map((block) => /* @__PURE__ */ a4("rect", { x: block.x, y: block.y, width: block.w, height: block.h, class: `${block.kind}${at.value === block.id ? " at" : ""}` }, block.id)),
    /* @__PURE__ */ a4("rect", { class: "window", x: -x3 / k4, y: -y5 / k4, width: w5 / k4, height: h5 / k4, "stroke-width": 2 / scale })
  ] });
}
function Picture() {
  let root = T2(null);
  A2(() => follow2(root.current), []);
  let shown = scene.value;
  A2(() => {
    shown !== null && !isFitted.value && size.value.w > 0 && fit();
  }, [shown, size.value]);
  let { x: x3, y: y5, k: k4 } = view.value, onPath = new Set(why.value?.lines), frames = shown?.blocks.filter((block) => block.kind === "frame") ?? [], others = shown?.blocks.filter((block) => block.kind !== "frame") ?? [], isDense = (shown?.blocks.length ?? 0) > 150 && k4 < 0.7, classes = ["circuit", step.value === null ? "" : "stepping", onPath.size > 0 ? "traced" : "", gradientOnly.value ? "gradient-only" : "", isDragging.value ? "dragging" : "", isDense ? "dense" : ""];
  return /* @__PURE__ */ a4("div", { class: "canvas", children: [
    /* @__PURE__ */ a4("svg", { ref: root, class: classes.filter((name) => name !== "").join(" "), role: "group", "aria-label": "the circuit", onWheel: zoom, children: [
      /* @__PURE__ */ a4(Hatch, {}),
      /* @__PURE__ */ a4("g", { transform: `translate(${x3} ${y5}) scale(${k4})`, children: [
        frames.map((block) => /* @__PURE__ */ a4(Box, { block }, block.id)),
        shown?.wires.map((line) => /* @__PURE__ */ a4(Wire, { line, shown: shownOf(line, onPath.has(line.id)) }, line.id)),
        /* @__PURE__ */ a4(Sums, { isLine: !0 }),
        others.map((block) => /* @__PURE__ */ a4(Box, { block }, block.id)),
        /* @__PURE__ */ a4(Sums, { isLine: !1 })
      ] })
    ] }),
    shown !== null && shown.blocks.length >= 60 && /* @__PURE__ */ a4(Minimap, { shown }),
    /* @__PURE__ */ a4("div", { class: "tools", role: "toolbar", "aria-label": "view", children: [
      /* @__PURE__ */ a4("button", { type: "button", title: "fit (f)", "aria-label": "fit the picture into the window", onClick: fit, children: "⤢" }),
      /* @__PURE__ */ a4("button", { type: "button", title: "larger", "aria-label": "larger", onClick: () => zoom(1.25), children: "+" }),
      /* @__PURE__ */ a4("button", { type: "button", title: "smaller", "aria-label": "smaller", onClick: () => zoom(0.8), children: "−" })
    ] }),
    step.value !== null && /* @__PURE__ */ a4("button", { type: "button", class: "all", onClick: () => go(null), children: "show all numbers" })
  ] });
}

// src/circuit/room.tsx
function Caption() {
  let now = current.value, note = look.value?.note ?? null, text = "Forward values above. Gradients below. Drag any input.";
  return now !== null ? text = now.text : step.value === 0 ? text = "Only the inputs are known. → computes the first gate." : note !== null && (text = note), /* @__PURE__ */ a4("p", { class: "caption", children: [
    now !== null && /* @__PURE__ */ a4("span", { class: `pass ${now.pass}`, children: `${now.pass} ${now.number}` }),
    /* @__PURE__ */ a4("span", { class: "sentence", children: text }),
    isHinting.value && now === null && /* @__PURE__ */ a4("span", { class: "cue", children: [
      selected.value?.kind === "input" && /* @__PURE__ */ a4("span", { children: `↔ drags ${selected.value.label}` }),
      /* @__PURE__ */ a4("span", { children: "Space plays" }),
      /* @__PURE__ */ a4("span", { children: "→ steps" }),
      /* @__PURE__ */ a4("span", { children: "? helps" })
    ] })
  ] });
}
function View() {
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("main", { class: "circuit-room", children: [
      /* @__PURE__ */ a4(Outline, {}),
      /* @__PURE__ */ a4("section", { class: "centre", "aria-label": "picture", children: [
        /* @__PURE__ */ a4(Caption, {}),
        /* @__PURE__ */ a4(Picture, {})
      ] }),
      /* @__PURE__ */ a4(CardPanel, {})
    ] }),
    /* @__PURE__ */ a4(Scrubber, {})
  ] });
}
function Switches() {
  let button = (name, text) => /* @__PURE__ */ a4("button", { type: "button", class: "for-small", "aria-expanded": sheet.value === name, "aria-controls": name, onClick: () => sheet.value = sheet.value === name ? null : name, children: text });
  return /* @__PURE__ */ a4($, { children: [
    button("outline", "List"),
    button("card", "Card")
  ] });
}
async function enter(address) {
  if (address !== hash()) {
    if (isFitted.value = !1, await visit(address)) return fit();
    look.value === null && (await begin(), await intro());
  }
}
var circuit = {
  key: "c",
  title: "Circuit",
  isThere: () => !0,
  Bar: Formula,
  Switches,
  View,
  Help,
  link: O(() => look.value === null || isDragging.value ? null : hash()),
  visit: enter,
  leave: () => {
    isPlaying.value = !1;
  },
  onKey
};

// src/learn/pages.ts
function isNear(a5, b3) {
  return Math.abs(a5 - b3) <= Math.max(5e-3, 0.01 * Math.abs(b3));
}
var product = (a5, b3) => `${brief(a5)} × ${brief(b3)} = ${brief(a5 * b3)}`, pages = [
  {
    title: "A value flows forward",
    text: [
      "A computation is a circuit. Each box is a gate: it takes the numbers on its inputs and puts a new one on its output.",
      "Values flow from the inputs to the end. They stand above the wires. Step with → and ←, and drag any input sideways: everything after it follows."
    ],
    formula: `q = x + y
f = q * z`,
    values: { x: -2, y: 5, z: -4 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "f is below 0. Drag inputs until it is above 0.",
      isReached: (n3) => n3.value("f") > 0,
      right: (n3) => `Yes: ${product(n3.value("q"), n3.value("z"))}. Two numbers of one sign have a product above 0.`,
      wrong: (n3) => `Not yet: f = q × z = ${product(n3.value("q"), n3.value("z"))}. A product is above 0 when both numbers have the same sign.`
    }
  },
  {
    title: "The local gradient",
    text: [
      "Now the other way. The gradient of a wire says how much f rises for each 1 that this wire rises. At the end it is 1: f rises with itself. Gradients stand below the wires.",
      "Each gate knows how much its own output rises for each 1 that an input rises. That is its local gradient. It takes what arrives from behind, multiplies, and passes it on: local × upstream = passed back."
    ],
    formula: `s = x^2
f = w * s`,
    values: { x: 2, w: 3 },
    shown: 3,
    ask: {
      kind: "predict",
      question: "At s the gradient has just arrived. The local gradient of x² is 2x. What is passed back to x?",
      label: "∂x",
      truth: (n3) => n3.gradient("x"),
      right: (n3) => `Yes: local 2x = ${brief(n3.local("x"))}, upstream ${brief(n3.gradient("s"))}, and ${product(n3.local("x"), n3.gradient("s"))}.`,
      wrong: (n3, answer2) => {
        let [local, upstream] = [n3.local("x"), n3.gradient("s")];
        return isNear(answer2, local) ? `${brief(local)} is the local gradient alone. What arrived from behind is ${brief(upstream)}: multiply the two.` : isNear(answer2, upstream) ? `${brief(upstream)} is what arrived at s. On its way through x² it is multiplied by the local gradient 2x = ${brief(local)}.` : isNear(answer2, local + upstream) ? "You have added the two. A gate multiplies: local × upstream." : `The local gradient is 2x = ${brief(local)}, since x is ${brief(n3.value("x"))}. The gradient that arrives at s is ${brief(upstream)}. Multiply the two.`;
      }
    }
  },
  {
    title: "Add distributes",
    text: [
      "The output of + rises by 1 for each 1 that either input rises: both local gradients are 1.",
      "So + hands what arrives to all its inputs, unchanged. It does not matter how large the inputs are."
    ],
    formula: `q = x + y
f = q * z`,
    values: { x: -2, y: 5, z: -4 },
    shown: 3,
    ask: {
      kind: "predict",
      question: "The gradient has arrived at q. What does + pass back to y?",
      label: "∂y",
      truth: (n3) => n3.gradient("y"),
      right: (n3) => `Yes: ${brief(n3.gradient("q"))} arrived, and ${brief(n3.gradient("y"))} goes to y, and as much to x.`,
      wrong: (n3, answer2) => {
        let arrived = n3.gradient("q");
        return isNear(answer2, arrived / 2) ? "It is not shared out: each input gets all of it. Both local gradients are 1." : isNear(answer2, n3.value("y")) || isNear(answer2, arrived * n3.value("x")) ? "For + the values of the inputs don't matter. That is the way of ×." : `${brief(arrived)} arrives at q, and the local gradient of + is 1: 1 × ${brief(arrived)}.`;
      }
    }
  },
  {
    title: "Multiply swaps",
    text: [
      "Raise x by 1, and x × y rises by y. So the local gradient for x is y, and the one for y is x.",
      "Each input gets the other one's value, times what arrives. A small number that is multiplied by a large one has a large gradient."
    ],
    formula: `p = x * y
f = 2 * p`,
    values: { x: 3, y: -4 },
    shown: 3,
    ask: {
      kind: "predict",
      question: "2 arrives at p. What does × pass back to x?",
      label: "∂x",
      truth: (n3) => n3.gradient("x"),
      right: (n3) => `Yes: local y = ${brief(n3.value("y"))}, upstream ${brief(n3.gradient("p"))}, and ${product(n3.value("y"), n3.gradient("p"))}.`,
      wrong: (n3, answer2) => {
        let [x3, y5, up] = [n3.value("x"), n3.value("y"), n3.gradient("p")];
        return isNear(answer2, x3 * up) ? `That goes to y. The local gradient for x is the other input: y = ${brief(y5)}.` : isNear(answer2, y5) ? `${brief(y5)} is the local gradient. Multiply it by what arrives at p: ${brief(up)}.` : isNear(answer2, -y5 * up) ? "Nearly: look at the sign of y. Where y is below 0, f falls as x rises." : `The local gradient for x is y = ${brief(y5)}, and ${brief(up)} arrives at p. Multiply the two.`;
      }
    }
  },
  {
    title: "Max routes",
    text: [
      "max lets the larger input through. The other one could change a little, and nothing would happen.",
      "So all of the gradient goes to the larger input, and exactly 0 to the other: a dashed grey wire, nothing flows."
    ],
    formula: "f = 2 * (x*y + max(z, w))",
    values: { x: 3, y: -4, z: 2, w: -1 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "All of it goes to z. Drag an input until it goes to w.",
      isReached: (n3) => n3.gradient("w") !== 0 && n3.gradient("z") === 0,
      right: (n3) => `Yes: w = ${brief(n3.value("w"))} is above z = ${brief(n3.value("z"))}, so max routes ${brief(n3.gradient("w"))} to w, and 0 to z.`,
      wrong: (n3) => `Not yet: z = ${brief(n3.value("z"))} and w = ${brief(n3.value("w"))}. The gradient goes to the larger of the two, and x and y have no say in that.`
    }
  },
  {
    title: "Copy adds up",
    text: [
      "Where one number is read twice, there is a dot on the wire: the value is copied.",
      "Raise it a little, and f changes along both branches. So what comes back along them is added up."
    ],
    formula: "f = x * y + x * z",
    values: { x: 2, y: 3, z: -1 },
    shown: "values",
    ask: {
      kind: "predict",
      question: "x is read by both ×. What is its gradient?",
      label: "∂x",
      truth: (n3) => n3.gradient("x"),
      right: (n3) => `Yes: y = ${brief(n3.value("y"))} comes back along one branch, z = ${brief(n3.value("z"))} along the other, together ${brief(n3.gradient("x"))}.`,
      wrong: (n3, answer2) => {
        let [y5, z3] = [n3.value("y"), n3.value("z")];
        return isNear(answer2, y5) || isNear(answer2, z3) ? "That is what comes back along one branch. x has two: add them up." : isNear(answer2, y5 * z3) ? "At a dot gradients are added. They are multiplied along one path only." : `+ hands 1 to both ×. One × passes back 1 × y = ${brief(y5)}, the other 1 × z = ${brief(z3)}. At the dot they add up.`;
      }
    }
  },
  {
    title: "Sigmoid: one gate, or four",
    text: [
      "σ(x) = 1 / (1 + e⁻ˣ) squeezes any number into 0 to 1. As one gate its local gradient is (1 − σ)σ.",
      "Double click the stage, or press Enter on it: inside are × −1, exp, + 1 and 1/x. The product of their four local gradients is the same number. Where a stage ends is up to you."
    ],
    formula: `stage sigma(z) = 1 / (1 + exp(-z))
f = sigma(x)`,
    values: { x: 2 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "Drag x to where the gradient of σ is largest.",
      isReached: (n3) => n3.gradient("x") >= 0.2495,
      right: (n3) => `Yes: near 0 σ is ${brief(n3.value("f"))}, and (1 − σ)σ = ${brief(n3.gradient("x"))}. It is never above a quarter.`,
      wrong: (n3) => `Not yet: σ = ${brief(n3.value("f"))}, and (1 − σ)σ = ${brief(n3.gradient("x"))}. At both ends σ is flat. It is steepest where it is 0.5: ${n3.value("f") > 0.5 ? "make x smaller" : "make x larger"}.`
    }
  },
  {
    title: "Staged computation",
    text: [
      "Nobody differentiates this formula as a whole. It is cut into stages with names: num, den and f. Each is easy by itself.",
      "The backward pass goes through them the other way round. What arrives at a name is all that the stages before it need to know."
    ],
    formula: `stage sigma(z) = 1 / (1 + exp(-z))
num = x + sigma(y)
den = sigma(x) + (x + y)^2
f = num / den`,
    values: { x: 3, y: -4 },
    shown: "values",
    ask: {
      kind: "predict",
      question: "f = num / den. The gradient at f is 1. What arrives at num?",
      label: "∂num",
      truth: (n3) => n3.gradient("num"),
      right: (n3) => `Yes: 1 / den = 1 / ${brief(n3.value("den"))} = ${brief(n3.gradient("num"))}. Both x and σ(y) get that from the + before.`,
      wrong: (n3, answer2) => {
        let den = n3.value("den");
        return isNear(answer2, den) ? "That is den itself. Raise num by 1, and f rises by 1 / den." : isNear(answer2, n3.gradient("den")) ? "That is what arrives at den." : isNear(answer2, 1) ? "1 arrives at f. On its way through the division it is multiplied by the local gradient, 1 / den." : `Raise num by 1, and num / den rises by 1 / den. den is ${brief(den)}.`;
      }
    }
  },
  {
    title: "A neuron",
    text: [
      "A neuron weighs its inputs, adds them up, and squeezes the sum. x0 and x1 are data: they are what they are. It learns by turning w0, w1 and w2.",
      "Each weight's gradient says which way to turn it. Where it is below 0, raising the weight makes f fall."
    ],
    formula: "f = sigmoid(w0*x0 + w1*x1 + w2)",
    values: { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "Drag weights, not data, until f is below 0.5.",
      isReached: (n3) => n3.value("f") < 0.5 && n3.isAtStart("x0") && n3.isAtStart("x1"),
      right: (n3) => `Yes: f = ${brief(n3.value("f"))}. One step of learning is this: each weight a little against its gradient.`,
      wrong: (n3) => !n3.isAtStart("x0") || !n3.isAtStart("x1") ? "You have changed the data. A network can turn its weights only: press “as it was”, and try again." : `Not yet: f = ${brief(n3.value("f"))}. ∂w0 = ${brief(n3.gradient("w0"))}: ${n3.gradient("w0") < 0 ? "raise" : "lower"} w0. ∂w1 = ${brief(n3.gradient("w1"))}: ${n3.gradient("w1") < 0 ? "raise" : "lower"} w1.`
    }
  },
  {
    title: "Two layers",
    text: [
      "Two neurons read x and y; the output weighs both. The loss is the square of how far the output is from its target. Open a neuron to see its gates.",
      "relu lets what is above 0 through, and stops the rest. The second neuron gets a sum below 0: it is shut. Nothing flows back through it, so its weights w3 and w4 learn nothing."
    ],
    formula: `stage neuron(a, b, w, v, c) = relu(w*a + v*b + c)
h1 = neuron(x, y, w1, w2, b1)
h2 = neuron(x, y, w3, w4, b2)
loss = (u1*h1 + u2*h2 - target)^2`,
    values: { x: 1, y: -2, w1: 0.5, w2: -1, b1: 0.1, w3: -0.7, w4: 0.3, b2: 0.2, u1: 1.5, u2: -1, target: 2 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "Wake it up: drag an input until w3 gets a gradient.",
      isReached: (n3) => n3.gradient("w3") !== 0,
      right: (n3) => `Yes: h2 is ${brief(n3.value("h2"))}, above 0, and ${brief(n3.gradient("w3"))} flows back to w3. Now it can learn.`,
      wrong: (n3) => {
        let sum = n3.value("w3") * n3.value("x") + n3.value("w4") * n3.value("y") + n3.value("b2");
        return `Not yet: w3·x + w4·y + b2 = ${brief(sum)}, relu makes it ${brief(n3.value("h2"))}. It has to rise above 0: b2 alone can do it.`;
      }
    }
  },
  {
    title: "Why a gradient vanishes",
    text: [
      "Four layers, one after the other. Going back, each multiplies the gradient by its weight and by (1 − σ)σ, which is a quarter at most.",
      "Four quarters make 1/256, and where a σ is far from its middle, much less. The first layers hardly learn. That is why deep networks use relu, careful first weights, and connections that skip layers."
    ],
    formula: "f = sigmoid(w4 * sigmoid(w3 * sigmoid(w2 * sigmoid(w1 * x))))",
    values: { w1: 1.5, w2: 1.5, w3: 1.5, w4: 1.5, x: 4 },
    shown: "all",
    ask: {
      kind: "drag",
      question: "Drag inputs until the gradient of x is above 0.005.",
      isReached: (n3) => Math.abs(n3.gradient("x")) > 5e-3,
      right: (n3) => `Yes: ∂x = ${brief(n3.gradient("x"))}. Of the 1 at the end, that is what is left after four layers.`,
      wrong: (n3) => {
        let inside = n3.value("w1") * n3.value("x"), where = Math.abs(inside) > 2 ? `The first σ gets w1·x = ${brief(inside)}, where it is flat. Bring that nearer to 0.` : "Each layer multiplies by its weight: larger weights pass more back, as long as σ stays near its middle.";
        return `Not yet: ∂x = ${brief(n3.gradient("x"))}. ${where}`;
      }
    }
  }
];

// src/learn/facts.ts
function single(value) {
  return typeof value == "number" ? value : NaN;
}
var Facts = class {
  constructor(look2, start2) {
    this.look = look2;
    this.start = start2;
  }
  look;
  start;
  line(name) {
    let { blocks: blocks2, wires } = this.look.scene, block = blocks2.find((one) => (one.name ?? one.label) === name) ?? blocks2.find((one) => one.kind === "output" && one.label === name), wire = (block?.outs[0] ?? block?.ins[0])?.wire;
    return wires.find((one) => one.id === wire) ?? wires.find((one) => one.name === name);
  }
  value(name) {
    return single(this.line(name)?.value?.raw[0]);
  }
  /** How much the output rises for each 1 that this rises; 0 where no gradient arrives. */
  gradient(name) {
    return single(this.line(name)?.gradient?.raw[0] ?? 0);
  }
  /** The local gradient of the gate that reads it. */
  local(name) {
    let rows = this.look.scene.blocks.flatMap((block) => block.card.rows);
    return single(rows.find((row) => row.input === name)?.local?.raw[0]);
  }
  /** Whether an input has the value that the page gave it. */
  isAtStart(name) {
    return this.value(name) === this.start[name];
  }
};

// src/learn/state.ts
var KEY2 = "chainrule.learn";
function kept() {
  try {
    let { last, solved: solved2 } = JSON.parse(localStorage.getItem(KEY2) ?? "{}");
    return { last: Number.isInteger(last) ? last : 0, solved: Array.isArray(solved2) ? solved2.filter(Number.isInteger) : [] };
  } catch {
    return { last: 0, solved: [] };
  }
}
function keep() {
  try {
    localStorage.setItem(KEY2, JSON.stringify({ last: number.value, solved: [...solved.value] }));
  } catch {
  }
}
var before = kept(), number = y3(Math.max(0, Math.min(pages.length - 1, before.last))), solved = y3(new Set(before.solved)), answer = y3(""), verdict = y3(null), isReady = y3(!1), page = O(() => pages[number.value]), facts2 = O(() => look.value === null || look.value.formula !== page.value.formula ? null : new Facts(look.value, page.value.values));
async function show(next) {
  r3(() => {
    number.value = Math.max(0, Math.min(pages.length - 1, next)), answer.value = "", verdict.value = null, isReady.value = !1, isFitted.value = !1, isPlaying.value = !1, dir.value = innerWidth <= 760 ? "tb" : "lr";
  }), keep();
  let shown = page.value;
  await example(shown.formula, { ...shown.values }), page.value === shown && r3(() => {
    step.value = shown.shown === "all" ? null : shown.shown === "values" ? known.value.forward : shown.shown === "inputs" ? 0 : shown.shown, isReady.value = !0, spoken.value = `page ${number.value + 1} of ${pages.length}: ${shown.title}`;
  });
}
function isHere() {
  return isReady.value && formula.value === page.value.formula;
}
function check() {
  let n3 = facts2.value;
  if (n3 === null || !isReady.value) return;
  let { ask: ask2 } = page.value;
  if (ask2.kind === "drag") {
    let isRight2 = ask2.isReached(n3);
    return settle(isRight2, isRight2 ? ask2.right(n3) : ask2.wrong(n3));
  }
  let given = Number(answer.value.trim().replace("−", "-").replace(",", "."));
  if (answer.value.trim() === "" || !Number.isFinite(given)) return settle(!1, "Write a number, as 0.5 or −4.");
  let isRight = isNear(given, ask2.truth(n3));
  settle(isRight, isRight ? ask2.right(n3) : ask2.wrong(n3, given));
}
function settle(isRight, text) {
  r3(() => {
    verdict.value = { isRight, text }, isRight && (solved.value = /* @__PURE__ */ new Set([...solved.value, number.value]), step.value = null);
  }), isRight && keep();
}
function follow3() {
  let n3 = facts2.value, { ask: ask2 } = page.value;
  n3 === null || !isReady.value || isDragging.value || ask2.kind !== "drag" || f3(() => {
    ask2.isReached(n3) ? verdict.value?.isRight !== !0 && settle(!0, ask2.right(n3)) : (verdict.value?.isRight === !0 || !isSame(values2.value, page.value.values)) && (verdict.value = { isRight: !1, text: ask2.wrong(n3) });
  });
}
function isSame(a5, b3) {
  return JSON.stringify(a5) === JSON.stringify(b3);
}
async function reset() {
  await show(number.value), await setOpen([], null);
}

// src/learn/room.tsx
function Question() {
  let { ask: ask2 } = page.value, said = verdict.value;
  return /* @__PURE__ */ a4("form", { class: "question", onSubmit: (event) => {
    event.preventDefault(), check();
  }, "aria-label": "question", children: [
    /* @__PURE__ */ a4("p", { id: "question", children: ask2.question }),
    /* @__PURE__ */ a4("div", { class: "answer", children: [
      ask2.kind === "predict" && /* @__PURE__ */ a4("label", { children: [
        `${ask2.label} = `,
        /* @__PURE__ */ a4("input", { id: "answer", type: "text", inputMode: "text", autocomplete: "off", "aria-describedby": "question verdict", "aria-invalid": said !== null && !said.isRight, value: answer.value, onInput: (event) => answer.value = event.currentTarget.value })
      ] }),
      /* @__PURE__ */ a4("button", { type: "submit", disabled: !isReady.value, children: "Check" }),
      /* @__PURE__ */ a4("button", { type: "button", onClick: () => {
        reset();
      }, children: "As it was" })
    ] }),
    /* @__PURE__ */ a4("p", { id: "verdict", role: "status", class: said === null ? "verdict" : said.isRight ? "verdict right" : "verdict wrong", children: said !== null && /* @__PURE__ */ a4($, { children: [
      /* @__PURE__ */ a4("span", { "aria-hidden": "true", children: said.isRight ? "✓ " : "✗ " }),
      said.text
    ] }) })
  ] });
}
function Caption2() {
  let now = current.value;
  return /* @__PURE__ */ a4("p", { class: "step", children: now === null ? "Values above the wires, gradients below." : `${now.pass} ${now.number}: ${now.text}` });
}
function Pager() {
  let here2 = number.value, isLast = here2 === pages.length - 1;
  return /* @__PURE__ */ a4("nav", { class: "pager", "aria-label": "pages", children: [
    /* @__PURE__ */ a4("button", { type: "button", title: "the page before (p)", disabled: here2 === 0, onClick: () => {
      show(here2 - 1);
    }, children: [
      "‹",
      /* @__PURE__ */ a4("span", { class: "wide", children: " Back" })
    ] }),
    /* @__PURE__ */ a4("ol", { children: pages.map((one, i4) => /* @__PURE__ */ a4("li", { children: /* @__PURE__ */ a4("button", { type: "button", class: solved.value.has(i4) ? "solved" : "", "aria-current": i4 === here2 ? "page" : void 0, "aria-label": `${i4 + 1}, ${one.title}${solved.value.has(i4) ? ", answered" : ""}`, title: one.title, onClick: () => {
      show(i4);
    }, children: i4 + 1 }) }, one.title)) }),
    /* @__PURE__ */ a4("button", { type: "button", class: verdict.value?.isRight === !0 && !isLast ? "next ready" : "next", title: "the next page (n)", disabled: isLast, onClick: () => {
      show(here2 + 1);
    }, children: [
      /* @__PURE__ */ a4("span", { class: "wide", children: "Next " }),
      "›"
    ] })
  ] });
}
function View2() {
  let shown = page.value;
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("main", { class: "learn-room", children: [
      /* @__PURE__ */ a4("article", { children: [
        /* @__PURE__ */ a4("p", { class: "where", children: `${number.value + 1} of ${pages.length}` }),
        /* @__PURE__ */ a4("h2", { children: shown.title }),
        shown.text.map((text) => /* @__PURE__ */ a4("p", { children: text }, text))
      ] }),
      /* @__PURE__ */ a4("section", { class: "live", "aria-label": "the circuit of this page", children: [
        /* @__PURE__ */ a4(Caption2, {}),
        /* @__PURE__ */ a4(Picture, {}),
        /* @__PURE__ */ a4(Scrubber, {})
      ] }),
      /* @__PURE__ */ a4(Question, {})
    ] }),
    /* @__PURE__ */ a4("footer", { class: "turn-pages", children: /* @__PURE__ */ a4(Pager, {}) })
  ] });
}
function Help2() {
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4(Help, {}),
    /* @__PURE__ */ a4("h2", { children: "Pages" }),
    /* @__PURE__ */ a4(Keys, { keys: [["n  p", "the next page, the one before"], ["PageDown  PageUp", "the same"]] })
  ] });
}
async function visit2(hash2) {
  let wanted = /^#\/learn\/(\d+)/.exec(hash2)?.[1], next = wanted === void 0 ? number.value : Number(wanted) - 1;
  next === number.value && isHere() || (await show(next), fit());
}
function onKey2(event) {
  let isField = event.target.closest("input, select, textarea, dialog") !== null, by = { n: 1, PageDown: 1, p: -1, PageUp: -1 }[event.key];
  if (by === void 0 || isField || event.ctrlKey || event.metaKey || event.altKey) return onKey(event);
  let next = number.value + by;
  next < 0 || next >= pages.length || (event.preventDefault(), show(next));
}
var stop = null, learn = {
  key: "learn",
  title: "Learn",
  isThere: () => !0,
  View: View2,
  Help: Help2,
  link: O(() => facts2.value === null && isReady.value ? null : `#/learn/${number.value + 1}`),
  visit: async (hash2) => {
    stop ??= x2(follow3), await visit2(hash2);
  },
  leave: () => {
    isPlaying.value = !1, stop?.(), stop = null;
  },
  onKey: onKey2
};

// src/rooms.ts
var rooms = [circuit, learn], here = y3(circuit);
function roomOf(hash2) {
  let key2 = /^#\/([a-z]+)/.exec(hash2)?.[1];
  return rooms.find((room) => room.key === key2) ?? null;
}

// src/help.tsx
function Help3() {
  let dialog = T2(null), isOpen = isHelpOpen.value, { Help: Content } = here.value;
  return F2(() => {
    isOpen ? dialog.current?.showModal() : dialog.current?.close();
  }, [isOpen]), /* @__PURE__ */ a4("dialog", { ref: dialog, class: "help", "aria-labelledby": "help-title", onClose: () => isHelpOpen.value = !1, children: [
    /* @__PURE__ */ a4("form", { method: "dialog", children: /* @__PURE__ */ a4("button", { class: "close", "aria-label": "close", children: "×" }) }),
    /* @__PURE__ */ a4(Content, {})
  ] });
}

// src/main.tsx
function Doors() {
  let there = rooms.filter((room) => room.isThere());
  return there.length < 2 ? null : /* @__PURE__ */ a4("nav", { class: "doors", "aria-label": "rooms", children: there.map((room) => /* @__PURE__ */ a4("a", { href: room.link.value ?? `#/${room.key}`, "aria-current": room === here.value ? "page" : void 0, children: room.title }, room.key)) });
}
function App() {
  let { Bar, Switches: Switches2, View: View3 } = here.value;
  return /* @__PURE__ */ a4($, { children: [
    /* @__PURE__ */ a4("header", { children: [
      /* @__PURE__ */ a4("h1", { children: [
        /* @__PURE__ */ a4("svg", { width: "22", height: "22", viewBox: "0 0 22 22", "aria-hidden": "true", children: [
          /* @__PURE__ */ a4("path", { d: "M2 7H9a4 4 0 0 1 4 4H20", class: "mark plus" }),
          /* @__PURE__ */ a4("path", { d: "M20 15H13a4 4 0 0 1-4-4H2", class: "mark minus" })
        ] }),
        /* @__PURE__ */ a4("span", { children: "Chainrule" })
      ] }),
      /* @__PURE__ */ a4(Doors, {}),
      Bar === void 0 ? /* @__PURE__ */ a4("div", { class: "formula-bar" }) : /* @__PURE__ */ a4(Bar, {}),
      /* @__PURE__ */ a4("div", { class: "switches", children: [
        Switches2 !== void 0 && /* @__PURE__ */ a4(Switches2, {}),
        /* @__PURE__ */ a4("button", { type: "button", "aria-label": isDark() ? "light colours" : "dark colours", title: "light or dark", onClick: () => theme.value = isDark() ? "light" : "dark", children: isDark() ? "☀" : "☾" }),
        /* @__PURE__ */ a4("button", { type: "button", "aria-label": "help", title: "help (?)", onClick: () => isHelpOpen.value = !0, children: "?" })
      ] })
    ] }),
    isGone.value && /* @__PURE__ */ a4("p", { class: "banner", role: "alert", children: [
      "The server is gone. Once ",
      /* @__PURE__ */ a4("code", { children: "chainrule view" }),
      " runs again at this address, this page goes on where it was."
    ] }),
    /* @__PURE__ */ a4(View3, {}, here.value.key),
    /* @__PURE__ */ a4("p", { class: "spoken", "aria-live": "polite", children: spoken.value }),
    /* @__PURE__ */ a4(Help3, {})
  ] });
}
async function enter2(hash2) {
  let first2 = start.value?.page === "train" ? "#/t" : "#/c", room = roomOf(hash2) ?? roomOf(first2) ?? rooms[0];
  here.value !== room && here.value.leave?.(), here.value = room, await room.visit(hash2);
}
function follow4() {
  let own = location.hash, clock = 0;
  x2(() => {
    let link2 = here.value.link.value;
    clearTimeout(clock), link2 !== null && (clock = setTimeout(() => {
      own = link2, history.replaceState(null, "", own);
    }, 100));
  }), addEventListener("hashchange", () => {
    location.hash !== own && (own = location.hash, enter2(own));
  });
}
async function begin2() {
  Q(/* @__PURE__ */ a4(App, {}), document.getElementById("app")), addEventListener("keydown", (event) => here.value.onKey(event)), x2(() => {
    theme.value === "" ? delete document.documentElement.dataset.theme : document.documentElement.dataset.theme = theme.value;
  }), await greet(), await enter2(location.hash), follow4();
}
begin2();
