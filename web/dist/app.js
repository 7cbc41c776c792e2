// node_modules/preact/dist/preact.mjs
var P, Jr, Kn, De, Wn, dn, Yr, un, Zr, Un, Vn, gi, At = /* @__PURE__ */ Symbol.for("pv"), pn = {}, fn = [], xi = /^m(i|n|o|s|text|space)$/, qn = Array.isArray, jn = fn.slice, Ye = Object.assign;
function Je(e) {
  e && e.parentNode && e.remove();
}
function ea(e, t, n) {
  var a, o, i, l = {}, s = arguments.length;
  for (i in t) i == "key" ? a = t[i] : i == "ref" && typeof e != "function" ? o = t[i] : l[i] = t[i];
  return s > 2 && (l.children = s > 3 ? jn.call(arguments, 2) : n), Ct(e, l, a, o, null);
}
function Ct(e, t, n, a, o) {
  var i = { type: e, props: t, key: n, ref: a, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: At, __v: o || ++Jr, __i: -1, __u: 0 };
  return !o && P.vnode && P.vnode(i), i;
}
function x(e) {
  return e.children;
}
function ht(e, t) {
  this.props = e, this.context = t, this.__g = 0;
}
function Ie(e, t) {
  if (t == null) return e.__ && Ie(e.__, e.__i + 1);
  for (var n; t < e.__k.length; t++) if ((n = e.__k[t]) && n.__e) return n.__e;
  return typeof e.type != "function" || e.props.__P ? null : Ie(e);
}
function bi(e) {
  var t, n = e.__v, a = n.__e, o = [], i = [], l = e.__P;
  l && ((t = Ye({ constructor: At }, n)).__v = n.__v + 1, P.vnode && P.vnode(t), Gn(l, t, n, e.__n, l.namespaceURI, 32 & n.__u ? [a] : null, o, a || Ie(n), 32 & n.__u, i), t.__v = n.__v, t.__.__k[t.__i] = t, ia(o, t, i), n.__ = n.__e = null, t.__e != a && ta(t));
}
function ta(e) {
  if ((e = e.__) && e.__c && !e.props.__P) return e.__e = null, e.__k.some(function(t) {
    return t && (e.__e = t.__e);
  }), ta(e);
}
function Qr(e) {
  (8 & e.__g || (e.__g |= 8, De.push(e), dn++)) && Wn == P.debounceRendering || ((Wn = P.debounceRendering) || queueMicrotask)(na);
}
function na() {
  try {
    for (var e, t = 1; De.length; ) De.length > t && De.sort(Yr), e = De.shift(), t = De.length, 8 & e.__g && bi(e);
  } finally {
    (dn = De.length) && (Wn || queueMicrotask)(na);
  }
}
function ra(e, t, n, a, o, i, l, s, u, c, p) {
  var h, m, d, f, y, b, _ = a.__k || fn, k = t.length;
  for (u = yi(n, t, _, u, k), h = 0; h < k; h++) (d = n.__k[h]) != null && (m = ~d.__i && _[d.__i] || pn, d.__i = h, b = Gn(e, d, m, o, i, l, s, u, c, p), f = d.__e, (m.ref != d.ref || 8 & m.__u) && (m.ref && Qn(m.ref, null, d, m), d.ref && p.push(d.ref, d.__c || f, d)), y = y || f, 4 & d.__u ? (u = aa(d, u, e, !m.__v), m.__e && (m.__e = null)) : typeof d.type == "function" && b !== void 0 ? u = b : f && (u = f.nextSibling), d.__u &= -21);
  return n.__e = y, u;
}
function yi(e, t, n, a, o) {
  var i, l, s, u, c, p, h, m, d, f = n.length, y = f, b = 0, _ = 0, k = e.__k = Array(o);
  for (i = 0; i < o; i++) (l = t[i]) != null && typeof l != "boolean" && typeof l != "function" ? (typeof l != "object" || l.constructor === String ? l = k[i] = Ct(null, l) : qn(l) ? l = k[i] = Ct(x, { children: l }) : l.constructor === At && l.__b ? l = k[i] = Ct(l.type, l.props, l.key, l.ref, l.__v) : k[i] = l, u = i + b, l.__ = e, l.__b = e.__b + 1, s = null, ~(c = l.__i = wi(l, n, u, y)) && (y--, (s = n[c]) && (s.__u |= 2)), s && s.__v ? (l.__u |= 16, c == u - 1 ? b-- : c == u + 1 ? b++ : c != u && (c > u ? b-- : b++, _ = 1)) : (~c || (o > f ? b-- : o < f && b++), typeof l.type != "function" && (l.__u |= 4))) : k[i] = null;
  if (_) {
    for (p = [], h = [], i = 0; i < o; i++) if ((l = k[i]) && 16 & l.__u) {
      for (b = 0, m = p.length; b < m; ) p[d = b + m >> 1] < l.__i ? b = d + 1 : m = d;
      p[b] = l.__i, h[i] = b + 1;
    }
    for (b = p.length; i--; ) h[i] && (h[i] == b ? b-- : k[i].__u |= 4);
  }
  if (y) for (i = 0; i < f; i++) !(s = n[i]) || 2 & s.__u || (s.__e == a && (a = Ie(s)), Xn(s, s));
  return a;
}
function aa(e, t, n, a) {
  var o, i, l, s;
  if (typeof e.type == "function") {
    if (e.props.__P) return t;
    if (o = e.__k) for (i = 0; i < o.length; i++) o[i] && (o[i].__ = e, t = aa(o[i], t, n, !1));
    return t;
  }
  for (t && !t.parentNode && (t = Ie(e)) && !t.parentNode && (t = null), l = e.__e, s = t; s && s.nodeType == 8; ) s = s.nextSibling;
  for (l != s && (!a && n.moveBefore && l.parentNode ? n.moveBefore(l, t) : n.insertBefore(l, t || null)), t = l; (t = t && t.nextSibling) && t.nodeType == 8 && !t.data.startsWith("$s"); ) ;
  return t;
}
function wi(e, t, n, a) {
  var o, i = e.key, l = e.type, s = t[n], u = s && !(2 & s.__u);
  if (s === null && i == null || u && i == s.key && l == s.type) return n;
  if (a > (u ? 1 : 0)) {
    for (o = n - 1; o >= 0; o--) if ((s = t[o]) && !(2 & s.__u) && i == s.key && l == s.type) return o;
    for (o = n + 1; o < t.length; o++) if ((s = t[o]) && !(2 & s.__u) && i == s.key && l == s.type) return o;
  }
  return -1;
}
function Xr(e, t, n) {
  n == null && (n = ""), t[0] == "-" ? e.setProperty(t, n) : e[t] = n;
}
function ln(e, t, n, a, o) {
  var i, l;
  if (t == "style") if (typeof n == "string") e.style.cssText = n;
  else {
    if (typeof a == "string" && (e.style.cssText = a = ""), a) for (t in a) n && t in n || Xr(e.style, t);
    if (n) for (t in n) a && n[t] == a[t] || Xr(e.style, t, n[t]);
  }
  else if (t[0] == "o" && t[1] == "n") typeof n != "function" && (n = null), typeof a != "function" && (a = null), (e.__e || (e.__e = {}))[t] = n, n && a || (l = Vn[t] || (Vn[t] = _i(t)), (e.__a || (e.__a = {}))[t] = Un, i = t != (t = t.replace(Zr, "$1")), (t = t.slice(2))[0] < "a" && (t = t.toLowerCase()), n ? e.addEventListener(t, l, i) : e.removeEventListener(t, l, i));
  else {
    if (o == "http://www.w3.org/2000/svg") t = t.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
    else if (t != "width" && t != "height" && t != "href" && t != "list" && t != "form" && t != "tabIndex" && t != "download" && t != "rowSpan" && t != "colSpan" && t != "role" && t != "popover" && t in e) try {
      return void (e[t] = n ?? "");
    } catch {
    }
    if (typeof n == "function") return;
    n == null || n === !1 && t[4] != "-" ? e.removeAttribute(t) : e.setAttribute(t, t == "popover" && n == 1 ? "" : n);
  }
}
function _i(e) {
  return function(t) {
    var n = this.__e;
    if (n) {
      if (n = n[e], t[un] == null) t[un] = Un++;
      else if (t[un] < this.__a[e]) return;
      return n(P.event ? P.event(t) : t);
    }
  };
}
function Gn(e, t, n, a, o, i, l, s, u, c) {
  var p, h, m, d, f, y, b, _, k, A, C, Fn, jr, sn, Qe, Gr, He, Xe, Pe = t.type;
  if (t.constructor !== At) return null;
  128 & n.__u && (u = 32 & n.__u, p = n.__c.__z) && (t.__u |= u, h = i = [], p.nodeType == 8 ? s = cn(p, i) : i.push(p), s = i[0] || s), (p = P.__b) && p(t);
  e: if (typeof Pe == "function") {
    m = l.length;
    try {
      if (_ = t.props, k = (p = Pe.prototype) && p.render, A = (p = Pe.contextType) && a[p.__c], C = p ? A ? A.props.value : p.__ : a, (d = n.__c) ? (t.__c = d, 2 & d.__g && (d.__g |= 1)) : (k ? t.__c = d = new Pe(_, C) : (t.__c = d = new ht(_, C), d.constructor = Pe, d.render = Mi), A && A.sub(d), d.state || (d.state = {}), d.__n = a, d.__g |= 8, d.__h = [], d.__k = []), k && (d.__s || (d.__s = d.state), Pe.getDerivedStateFromProps && (d.__s == d.state && (d.__s = Ye({}, d.__s)), Ye(d.__s, Pe.getDerivedStateFromProps(_, d.__s)))), f = d.props, y = d.state, d.__v = t, n.__c) {
        if (_ !== f && k && !Pe.getDerivedStateFromProps && d.componentWillReceiveProps && d.componentWillReceiveProps(_, C), t.__v == n.__v && !(8 & d.__g) || !(4 & d.__g) && d.shouldComponentUpdate && d.shouldComponentUpdate(_, d.__s, C) === !1) {
          t.__v != n.__v && (d.props = _, d.state = d.__s, d.__g &= -9), t.__e = n.__e, t.__k = n.__k, t.__k.some(function(ie) {
            ie && (ie.__ = t);
          }), fn.push.apply(d.__h, d.__k), d.__k = [], d.__h.length && l.push(d), s = Ie(n);
          break e;
        }
        d.componentWillUpdate && d.componentWillUpdate(_, d.__s, C), k && d.componentDidUpdate && d.__h.push(function() {
          d.componentDidUpdate(f, y, b);
        });
      } else k && !Pe.getDerivedStateFromProps && d.componentWillMount && d.componentWillMount(), k && d.componentDidMount && d.__h.push(d.componentDidMount);
      d.context = C, d.props = _, d.__P = e, d.__g &= -5, Fn = P.__r, jr = k ? 25 : 0;
      do
        d.__g &= -9, Fn && Fn(t), p = d.render(d.props, d.state = d.__s, d.context);
      while (8 & d.__g && ++jr < 25);
      k && (fn.push.apply(d.__h, d.__k), d.__k = []), d.state = d.__s, d.getChildContext && (a = Ye({}, a, d.getChildContext())), k && n.__c && d.getSnapshotBeforeUpdate && (b = d.getSnapshotBeforeUpdate(f, y)), sn = p && p.type === x && p.key == null ? p.props.children : p, _.__P && (p = s, o = (e = _.__P).namespaceURI, u = i = null, n.props && n.props.__P != e && (n.__k.some(function(ie) {
        ie && Xn(ie, ie);
      }), n.__k = null), s = n.__k ? Ie(n, 0) : null), s = ra(e, qn(sn) ? sn : [sn], t, n, a, o, i, l, s, u, c), _.__P && (t.__e = null, s = p), t.__u &= -161, h && h.some(Je), d.__h.length && l.push(d), 1 & d.__g && (d.__g &= -4);
    } catch (ie) {
      if (l.length = m, t.__v = null, u || i) if (ie && ie.then) {
        if (t.__u |= 128 | u, i) {
          for (~(He = i.indexOf(s || void 0)) || (He = i.length); (Xe = i[He - 1]) && Xe.nodeType == 8; ) He--;
          for (; He < i.length; He++) if (Xe = i[He]) if (i[He] = null, Qe) {
            if (Xe == Gr) break;
          } else {
            if (Xe.nodeType != 8) break;
            Xe.data.startsWith("$s") && (Gr = cn(Qe = Xe));
          }
        }
        if (!Qe) {
          for (; s && s.nodeType == 8 && s.nextSibling; ) s = s.nextSibling;
          Qe = s;
        }
        (p = cn(Qe = t.__c.__z || (t.__c.__z = Qe))) ? (t.__e = Qe, s = p) : t.__e = s, s = s && s.nextSibling;
      } else i && i.some(Je);
      else t.__e = n.__e;
      t.__k || (t.__k = n.__k || []), ie && ie.then || oa(t), P.__e(ie, t, n);
    }
  } else s = t.__e = ki(n.__e, t, n, a, o, i, l, u, c, e);
  return (p = P.diffed) && p(t), s;
}
function cn(e, t) {
  if (e && e.nodeType == 8 && e.data.startsWith("$s")) for (var n = 1; e = e.nextSibling; ) {
    if (e.nodeType == 8) {
      if (e.data.startsWith("$s")) n++;
      else if (e.data.startsWith("/$s") && !--n) return e;
    }
    t && t.push(e);
  }
}
function oa(e) {
  e && (e.__c && (e.__c.__g |= 4), e.__k && e.__k.some(oa));
}
function ia(e, t, n) {
  for (var a = 0; a < n.length; ) Qn(n[a++], n[a++], n[a++]);
  P.__c && P.__c(t, e), e.some(function(o) {
    try {
      e = o.__h, o.__h = [], e.some(function(i) {
        i.call(o);
      });
    } catch (i) {
      P.__e(i, o.__v);
    }
  });
}
function ki(e, t, n, a, o, i, l, s, u, c) {
  var p, h, m, d, f, y, b, _, k = n.props || pn, A = t.props, C = t.type;
  if (C == "svg" ? o = "http://www.w3.org/2000/svg" : C == "math" ? o = "http://www.w3.org/1998/Math/MathML" : o || (o = "http://www.w3.org/1999/xhtml"), i) {
    for (p = 0; p < i.length; p++) if ((f = i[p]) && (C ? f.localName == C : f.nodeType == 3)) {
      e = f, i[p] = null;
      break;
    }
  }
  if (!e) {
    if (_ = c.ownerDocument || document, !C) return _.createTextNode(A);
    e = _.createElementNS(o, C, A.is ? A : c), s && (P.__m && P.__m(t, i), s = !1), i = null;
  }
  if (C) {
    if (c = C == "template" && e.content || e, i = C == "textarea" && A.defaultValue != null ? null : i && jn.call(c.childNodes), !s && i) for (k = {}, p = 0; p < e.attributes.length; p++) k[(f = e.attributes[p]).name] = f.value;
    for (p in k) f = k[p], p == "dangerouslySetInnerHTML" ? m = f : p == "children" || p in A || p == "value" && "defaultValue" in A || p == "checked" && "defaultChecked" in A || ln(e, p, null, f, o);
    for (p in A) f = A[p], p == "children" ? d = f : p == "dangerouslySetInnerHTML" ? h = f : p == "value" ? y = f : p == "checked" ? b = f : s && typeof f != "function" || k[p] === f || ln(e, p, f, k[p], o);
    h ? (s || m && (h.__html == m.__html || h.__html == e.innerHTML) || (e.innerHTML = h.__html), t.__k = []) : (m && (e.textContent = ""), (C == "foreignObject" || o == "http://www.w3.org/1998/Math/MathML" && xi.test(C)) && (o = "http://www.w3.org/1999/xhtml"), ra(c, qn(d) ? d : [d], t, n, a, o, i, l, i ? i[0] : n.__k && Ie(n, 0), s, u), i && i.some(Je)), s && C != "textarea" || (p = "value", C == "progress" && y == null ? e.removeAttribute(p) : y == null || y === e[p] && (C != "progress" || y) || ln(e, p, y, k[p], o), p = "checked", b != null && b != e[p] && ln(e, p, b, k[p], o));
  } else k === A || s && e.data == A || (e.data = A);
  return e;
}
function Qn(e, t, n, a) {
  try {
    typeof e == "function" ? t ? t.__x = e(t) || 1 : a && (a = a.__c || a.__e) && (t = a.__x) && (a.__x = null, typeof t == "function" ? t() : e(null)) : e.current = t;
  } catch (o) {
    P.__e(o, n);
  }
}
function Xn(e, t, n) {
  var a, o, i, l;
  if (P.unmount && P.unmount(e), !(a = e.ref) || a.current && a.current != e.__e || Qn(a, null, t, e), a = e.__c) {
    if (a.componentWillUnmount) try {
      a.componentWillUnmount();
    } catch (s) {
      P.__e(s, t);
    }
    a.__P = a.__n = null;
  }
  if (a = e.__k) for (l = 0; l < a.length; l++) a[l] && Xn(a[l], t, typeof e.type != "function" || n && !e.props.__P);
  !n && (a = e.__c) && (a = a.__z) && (o = cn(a, i = [])) && (a == e.__e && i.some(Je), Je(o), Je(a)), n || Je(e.__e), e.__e = e.__c = e.__ = null;
}
function Mi(e, t, n) {
  return this.constructor(e, n);
}
function sa(e, t) {
  var n, a, o, i;
  P.__ && P.__(e, t), t.nodeType == 9 && (t = t.documentElement), a = (n = e && 32 & e.__u) ? null : t.__k, t.__k = Ct(x, { children: [e] }), o = [], i = [], Gn(t, t.__k, a || pn, pn, t.namespaceURI, a ? null : t.firstChild ? jn.call(t.childNodes) : null, o, a ? a.__e : t.firstChild, n, i), ia(o, t.__k, i), t.__k.props.children = null;
}
P = { __e: function(e, t, n, a) {
  for (var o, i, l; t = t.__; ) if ((o = t.__c) && !(1 & o.__g)) {
    o.__g |= 4;
    try {
      if ((l = (i = o.constructor) && i.getDerivedStateFromError) && o.setState(i.getDerivedStateFromError(e)), o.componentDidCatch && (o.componentDidCatch(e, a || {}), l = 1), l && 8 & o.__g) return void (o.__g |= 2);
    } catch (s) {
      e = s;
    }
  }
  throw dn = 0, e;
} }, Jr = 0, Kn = function(e) {
  return e != null && e.constructor === At;
}, ht.prototype.setState = function(e, t) {
  var n = this.__s;
  n && n != this.state || (n = this.__s = Ye({}, this.state)), typeof e == "function" && (e = e(Ye({}, n), this.props)), e && (Ye(n, e), this.__v && (t && this.__k.push(t), Qr(this)));
}, ht.prototype.forceUpdate = function(e) {
  this.__v && (this.__g |= 4, e && this.__h.push(e), Qr(this));
}, ht.prototype.render = x, De = [], dn = 0, Yr = function(e, t) {
  return e.__v.__b - t.__v.__b;
}, un = /* @__PURE__ */ Symbol(), Zr = /(PointerCapture)$|Capture$/i, Un = 0, Vn = {}, gi = 0;

// node_modules/preact/hooks/dist/hooks.mjs
var vt, O, Jn, la, Yn = Object.is, mn = 0, ga = [], Zn = [], z = P, ua = z.__b, ca = z.__r, da = z.diffed, pa = z.__c, fa = z.unmount, ma = z.__;
function hn(e, t) {
  z.__h && z.__h(O, e, mn || t), mn = 0;
  var n = O.__H || (O.__H = { __: [], __h: [] });
  return e >= n.__.length && n.__.push({}), n.__[e];
}
function Ee(e) {
  return mn = 1, $i(xa, e);
}
function $i(e, t, n) {
  var a = hn(vt++, 2);
  if (a.t = e, !a.__c && (a.__ = [n ? n(t) : xa(void 0, t), function(i) {
    var l = (a.__N || a.__)[0], s = a.t(l, i);
    Yn(l, s) || (a.__N = [s, a.__[1]], a.__c.setState({}));
  }], a.__c = O, !O.__f)) {
    O.__f = !0;
    var o = O.shouldComponentUpdate;
    O.shouldComponentUpdate = function(i, l, s) {
      var u = this.__H;
      if (!u) return !0;
      var c = !1, p = this.props != i;
      if (u.__.some(function(m) {
        m.__N && (c = !0, Yn(m.__[0], m.__N[0]) || (p = !0));
      }), o) {
        var h = o.call(this, i, l, s);
        return c ? h || p : h;
      }
      return !c || p;
    };
  }
  return a.__;
}
function xe(e, t) {
  var n = hn(vt++, 3);
  !z.__s && tr(n.__H, t) && (n.__P = !0, n.__ = e, n.u = t, O.__H.__h.push(n));
}
function Ze(e, t) {
  var n = hn(vt++, 4);
  !z.__s && tr(n.__H, t) && (n.__P = !1, n.__ = e, n.u = t, O.__h.push(n));
}
function se(e) {
  return mn = 5, Z(function() {
    return { current: e };
  }, []);
}
function Z(e, t) {
  var n = hn(vt++, 7);
  return tr(n.__H, t) && (n.__ = e(), n.__H = t), n.__;
}
function Si() {
  var e;
  do {
    for (; e = Zn.shift(); ) try {
      zt(e);
    } catch (n) {
      z.__e(n, { __: (e = e.__P) && e.__v });
    }
    for (; e = ga.shift(); ) {
      var t = e.__H;
      if (e.__P && t) try {
        t.__h.some(zt), t.__h.some(er), t.__h = [];
      } catch (n) {
        t.__h = [], z.__e(n, e.__v);
      }
    }
  } while (Zn.length);
}
z.__b = function(e) {
  O = null, ua && ua(e);
}, z.__ = function(e, t) {
  e && t.__k && t.__k.__m && (e.__m = t.__k.__m), ma && ma(e, t);
}, z.__r = function(e) {
  ca && ca(e), vt = 0;
  var t = (O = e.__c).__H;
  t && (Jn == O ? O.__h = [] : (t.__h.some(zt), t.__h.some(er), vt = 0), t.__h = [], t.__.some(function(n) {
    n.__N && (n.__ = n.__N), n.u = n.__N = void 0;
  })), Jn = O;
}, z.diffed = function(e) {
  da && da(e);
  var t = e.__c;
  t && t.__H && (t.__H.__h.length && va(ga.push(t)), t.__H.__.some(function(n) {
    n.u && (n.__H = n.u);
  })), Jn = O = null;
}, z.__c = function(e, t) {
  t.some(function(n) {
    try {
      n.__h.some(zt), n.__h = n.__h.filter(function(a) {
        return !a.__ || er(a);
      });
    } catch (a) {
      n.__h = [function() {
        throw a;
      }];
    }
  }), pa && pa(e, t);
}, z.unmount = function(e) {
  fa && fa(e);
  var t, n, a = e.__c;
  a && a.__H && (a.__H.__.some(function(o) {
    try {
      if (o.__P && o.__c) {
        if (n === void 0) {
          for (n = e.__; n && (!n.__c || !n.__c.__P); ) n = n.__;
          n = n && n.__c;
        }
        o.__P = n, va(Zn.push(o));
      } else zt(o);
    } catch (i) {
      t = i;
    }
  }), a.__H = void 0, t && z.__e(t, a.__v));
};
var ha = typeof requestAnimationFrame == "function";
function Pi(e) {
  var t, n = function() {
    clearTimeout(a), ha && cancelAnimationFrame(t), setTimeout(e);
  }, a = setTimeout(n, 35);
  ha && (t = requestAnimationFrame(n));
}
function va(e) {
  e != 1 && la == z.requestAnimationFrame || ((la = z.requestAnimationFrame) || Pi)(Si);
}
function zt(e) {
  var t = O, n = e.__c;
  typeof n == "function" && (e.__c = void 0, n()), O = t;
}
function er(e) {
  var t = O;
  e.__c = e.__(), O = t;
}
function tr(e, t) {
  return !e || e.length != t.length || t.some(function(n, a) {
    return !Yn(n, e[a]);
  });
}
function xa(e, t) {
  return typeof t == "function" ? t(e) : t;
}

// node_modules/@preact/signals-core/dist/signals-core.module.js
var Ei = /* @__PURE__ */ Symbol.for("preact-signals");
function bn() {
  if (Te > 1)
    Te--;
  else {
    var e, t = !1;
    for ((function() {
      var o = gn;
      for (gn = void 0; o !== void 0; ) {
        var i = o.S;
        if (i.v === o.v) for (var l = i.t; l !== void 0; l = l.x) l.i === o.i && (l.i = i.i);
        o = o.o;
      }
    })(); Ot !== void 0; ) {
      var n = Ot;
      for (Ot = void 0, vn++; n !== void 0; ) {
        var a = n.u;
        if (n.u = void 0, n.f &= -3, !(8 & n.f) && ya(n)) try {
          n.c();
        } catch (o) {
          t || (e = o, t = !0);
        }
        n = a;
      }
    }
    if (vn = 0, Te--, t) throw e;
  }
}
function B(e) {
  if (Te > 0) return e();
  nr = ++Ti, Te++;
  try {
    return e();
  } finally {
    bn();
  }
}
var Rt, L = void 0;
function Bt(e) {
  var t = L, n = Rt;
  L = void 0, Rt = void 0;
  try {
    return e();
  } finally {
    L = t, Rt = n;
  }
}
var Ot = void 0, Te = 0, vn = 0, Ti = 0, nr = 0, gn = void 0, xn = 0;
function ba(e) {
  if (L !== void 0) {
    var t = e.n;
    if (t === void 0 || t.t !== L)
      return t = { i: 0, S: e, p: L.s, n: void 0, t: L, e: void 0, x: void 0, r: t }, L.s !== void 0 && (L.s.n = t), L.s = t, e.n = t, 32 & L.f && e.S(t), t;
    if (t.i === -1)
      return t.i = 0, t.n !== void 0 && (t.n.p = t.p, t.p !== void 0 && (t.p.n = t.n), t.p = L.s, t.n = void 0, L.s.n = t, L.s = t), t;
  }
}
function I(e, t) {
  this.v = e, this.i = 0, this.n = void 0, this.t = void 0, this.l = 0, this.W = t?.watched, this.Z = t?.unwatched, this.name = t?.name;
}
I.prototype.brand = Ei;
I.prototype.h = function() {
  return !0;
};
I.prototype.S = function(e) {
  var t = this, n = this.t;
  n !== e && e.e === void 0 && (e.x = n, this.t = e, n !== void 0 ? n.e = e : Bt(function() {
    var a;
    (a = t.W) == null || a.call(t);
  }));
};
I.prototype.U = function(e) {
  var t = this;
  if (this.t !== void 0) {
    var n = e.e, a = e.x;
    n !== void 0 && (n.x = a, e.e = void 0), a !== void 0 && (a.e = n, e.x = void 0), e === this.t && (this.t = a, a === void 0 && Bt(function() {
      var o;
      (o = t.Z) == null || o.call(t);
    }));
  }
};
I.prototype.subscribe = function(e) {
  var t = this;
  return ne(function() {
    var n = t.value;
    Bt(function() {
      return e(n);
    });
  }, { name: "sub" });
};
I.prototype.valueOf = function() {
  return this.value;
};
I.prototype.toString = function() {
  return this.value + "";
};
I.prototype.toJSON = function() {
  return this.value;
};
I.prototype.peek = function() {
  var e = this;
  return Bt(function() {
    return e.value;
  });
};
Object.defineProperty(I.prototype, "value", { get: function() {
  var e = ba(this);
  return e !== void 0 && (e.i = this.i), this.v;
}, set: function(e) {
  if (e !== this.v) {
    if (vn > 100) throw new Error("Cycle detected");
    (function(n) {
      Te !== 0 && vn === 0 && n.l !== nr && (n.l = nr, gn = { S: n, v: n.v, i: n.i, o: gn });
    })(this), this.v = e, this.i++, xn++, Te++;
    try {
      for (var t = this.t; t !== void 0; t = t.x) t.t.N();
    } finally {
      bn();
    }
  }
} });
function v(e, t) {
  return new I(e, t);
}
function ya(e) {
  for (var t = e.s; t !== void 0; t = t.n) if (t.S.i !== t.i || !t.S.h() || t.S.i !== t.i) return !0;
  return !1;
}
function wa(e) {
  for (var t = e.s; t !== void 0; t = t.n) {
    var n = t.S.n;
    if (n !== void 0 && (t.r = n), t.S.n = t, t.i = -1, t.n === void 0) {
      e.s = t;
      break;
    }
  }
}
function _a(e) {
  for (var t = e.s, n = void 0; t !== void 0; ) {
    var a = t.p;
    t.i === -1 ? (t.S.U(t), a !== void 0 && (a.n = t.n), t.n !== void 0 && (t.n.p = a)) : n = t, t.S.n = t.r, t.r !== void 0 && (t.r = void 0), t = a;
  }
  e.s = n;
}
function et(e, t) {
  I.call(this, void 0, t), this.x = e, this.s = void 0, this.g = xn - 1, this.f = 4;
}
et.prototype = new I();
et.prototype.h = function() {
  if (this.f &= -3, 1 & this.f) return !1;
  if ((36 & this.f) == 32 || (this.f &= -5, this.g === xn)) return !0;
  if (this.g = xn, this.f |= 1, this.i > 0 && !ya(this))
    return this.f &= -2, !0;
  var e = L;
  try {
    wa(this), L = this;
    var t = this.x();
    (16 & this.f || this.v !== t || this.i === 0) && (this.v = t, this.f &= -17, this.i++);
  } catch (n) {
    this.v = n, this.f |= 16, this.i++;
  }
  return L = e, _a(this), this.f &= -2, !0;
};
et.prototype.S = function(e) {
  if (this.t === void 0) {
    this.f |= 36;
    for (var t = this.s; t !== void 0; t = t.n) t.S.S(t);
  }
  I.prototype.S.call(this, e);
};
et.prototype.U = function(e) {
  if (this.t !== void 0 && (I.prototype.U.call(this, e), this.t === void 0)) {
    this.f &= -33;
    for (var t = this.s; t !== void 0; t = t.n) t.S.U(t);
  }
};
et.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 6;
    for (var e = this.t; e !== void 0; e = e.x) e.t.N();
  }
};
Object.defineProperty(et.prototype, "value", { get: function() {
  if (1 & this.f) throw new Error("Cycle detected");
  var e = ba(this);
  if (this.h(), e !== void 0 && (e.i = this.i), 16 & this.f) throw this.v;
  return this.v;
} });
function M(e, t) {
  return new et(e, t);
}
function ka(e) {
  var t = e.j;
  if (e.j = void 0, typeof t == "function") {
    Te++;
    var n = L;
    L = void 0;
    try {
      t();
    } catch (a) {
      throw e.f &= -2, e.f |= 8, rr(e), a;
    } finally {
      L = n, bn();
    }
  }
}
function rr(e) {
  for (var t = e.s; t !== void 0; t = t.n) t.S.U(t);
  e.x = void 0, e.s = void 0, ka(e);
}
function Li(e) {
  if (L !== this) throw new Error("Out-of-order effect");
  _a(this), L = e, this.f &= -2;
  try {
    8 & this.f && rr(this);
  } finally {
    bn();
  }
}
function gt(e, t) {
  this.x = e, this.j = void 0, this.s = void 0, this.u = void 0, this.f = 32, this.name = t?.name, Rt && Rt.push(this);
}
gt.prototype.c = function() {
  var e = this.S();
  try {
    if (8 & this.f || this.x === void 0) return;
    var t = this.x();
    typeof t == "function" && (this.j = t);
  } finally {
    e();
  }
};
gt.prototype.S = function() {
  if (1 & this.f) throw new Error("Cycle detected");
  this.f |= 1, this.f &= -9, ka(this), wa(this), Te++;
  var e = L;
  return L = this, Li.bind(this, e);
};
gt.prototype.N = function() {
  2 & this.f || (this.f |= 2, this.u = Ot, Ot = this);
};
gt.prototype.d = function() {
  this.f |= 8, 1 & this.f || rr(this);
};
gt.prototype.dispose = function() {
  this.d();
};
function ne(e, t) {
  var n = new gt(e, t);
  try {
    n.c();
  } catch (o) {
    throw n.d(), o;
  }
  var a = n.d.bind(n);
  return a[Symbol.dispose] = a, a;
}

// node_modules/@preact/signals/dist/signals.module.js
var Ma, wn, yn, Ni = typeof window < "u" && !!window.__PREACT_SIGNALS_DEVTOOLS__;
var $a = [];
ne(function() {
  Ma = this.N;
})();
function xt(e, t) {
  P[e] = t.bind(null, P[e] || function() {
  });
}
function Ht(e) {
  if (yn) {
    var t = yn;
    yn = void 0, t();
  }
  yn = e && e.S();
}
function Sa(e) {
  var t = this, n = e.data, a = Ai(n);
  a.name = "ReactiveDom", a.value = n;
  var o = Z(function() {
    for (var s = t, u = t.__v; u = u.__; ) if (u.__c) {
      u.__c.__$f |= 4;
      break;
    }
    var c = M(function() {
      var d = a.value.value;
      return d === 0 ? 0 : d === !0 ? "" : d || "";
    }), p = M(function() {
      return !Array.isArray(c.value) && !Kn(c.value);
    }), h = ne(function() {
      if (this.N = Pa, p.value) {
        var d = c.value;
        s.__v && s.__v.__e && s.__v.__e.nodeType === 3 && (s.__v.__e.data = d);
      }
    }), m = t.__$u.d;
    return t.__$u.d = function() {
      h(), m.call(this);
    }, [p, c];
  }, []), i = o[0], l = o[1];
  return i.value ? l.peek() : l.value;
}
Sa.displayName = "ReactiveTextNode";
Object.defineProperties(I.prototype, { constructor: { configurable: !0, value: ea(x, null).constructor }, type: { configurable: !0, value: Sa }, props: { configurable: !0, get: function() {
  var e = this;
  return { data: { get value() {
    return e.value;
  } } };
} }, __b: { configurable: !0, value: 1 } });
xt("__b", function(e, t) {
  if (Ht(), wn = void 0, typeof t.type == "string") {
    var n, a = t.props;
    for (var o in a) if (o !== "children") {
      var i = a[o];
      i instanceof I && (n || (t.__np = n = {}), n[o] = i, a[o] = i.peek());
    }
  }
  e(t);
});
xt("__r", function(e, t) {
  if (e(t), t.type !== x) {
    Ht();
    var n, a = t.__c;
    a && (a.__$f &= -2, (n = a.__$u) === void 0 && (a.__$u = n = (function(o, i) {
      var l;
      return ne(function() {
        l = this;
      }, { name: i }), l.c = o, l;
    })(/* @__PURE__ */ (function(o) {
      return function() {
        var i;
        Ni && ((i = this.y) == null || i.call(this)), o.__$f |= 1, o.setState({});
      };
    })(a), typeof t.type == "function" ? t.type.displayName || t.type.name : ""))), wn = a, Ht(n);
  }
});
xt("__e", function(e, t, n, a) {
  Ht(), wn = void 0, e(t, n, a);
});
xt("diffed", function(e, t) {
  Ht(), wn = void 0;
  var n;
  if (typeof t.type == "string" && (n = t.__e)) {
    var a = t.__np, o = t.props, i = n.U;
    if (i) for (var l in i) {
      var s = i[l];
      s === void 0 || a && l in a || (s.d(), i[l] = void 0);
    }
    if (a) {
      i || (i = {}, n.U = i);
      for (var u in a) {
        var c = i[u], p = a[u];
        c === void 0 ? (c = Ci(n, u, p, o), i[u] = c) : c.o(p, o);
      }
    }
  }
  e(t);
});
function Ci(e, t, n, a) {
  var o = t in e && e.ownerSVGElement === void 0, i = v(n);
  return { o: function(l, s) {
    i.value = l, a = s;
  }, d: ne(function() {
    this.N = Pa;
    var l = i.value.value;
    a[t] !== l && (a[t] = l, o ? e[t] = l : l != null && (l !== !1 || t[4] === "-") ? e.setAttribute(t, l) : e.removeAttribute(t));
  }) };
}
xt("unmount", function(e, t) {
  if (typeof t.type == "string") {
    var n = t.__e;
    if (n) {
      var a = n.U;
      if (a) {
        n.U = void 0;
        for (var o in a) {
          var i = a[o];
          i && i.d();
        }
      }
    }
    var l = t.__np;
    if (l) {
      var s = t.props;
      for (var u in l) s[u] = l[u];
    }
    t.__np = void 0;
  } else {
    var c = t.__c;
    if (c) {
      c.__$f |= 8;
      var p = c.__$u;
      p && (c.__$u = void 0, p.d());
    }
  }
  e(t);
});
xt("__h", function(e, t, n, a) {
  a < 3 && (t.__$f |= 2), e(t, n, a);
});
ht.prototype.shouldComponentUpdate = function(e, t) {
  if (this.__R) return !0;
  var n = this.__$u, a = n && n.s !== void 0;
  for (var o in t) return !0;
  if (this.__f || typeof this.u == "boolean" && this.u === !0) {
    var i = 2 & this.__$f;
    if (!(a || i || 4 & this.__$f) || 1 & this.__$f) return !0;
  } else if (!(a || 4 & this.__$f) || 3 & this.__$f) return !0;
  for (var l in e) if (l !== "__source" && e[l] !== this.props[l]) return !0;
  for (var s in this.props) if (!(s in e)) return !0;
  return !1;
};
function Ai(e, t) {
  return Z(function() {
    return v(e, t);
  }, []);
}
var zi = function(e) {
  queueMicrotask(function() {
    queueMicrotask(e);
  });
};
function Ri() {
  B(function() {
    for (var e; e = $a.shift(); ) Ma.call(e);
  });
}
function Pa() {
  $a.push(this) === 1 && (P.requestAnimationFrame || zi)(Ri);
}

// src/server.ts
var Le = class extends Error {
  constructor(n) {
    super(n[0]?.what ?? "refused");
    this.mistakes = n;
  }
  mistakes;
}, re = class extends Error {
}, Ea = () => null;
function Ta(e) {
  Ea = e;
}
async function Oi(e, t) {
  let n;
  try {
    n = await fetch(e, t === void 0 ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(t) });
  } catch {
    throw new re();
  }
  return { status: n.status, body: await n.json().catch(() => null) };
}
async function Ne(e, t) {
  let n = await (Ea(e, t) ?? Oi(e, t));
  if (n.status >= 200 && n.status < 300) return n.body;
  let a = n.body?.mistakes;
  throw new Le(a ?? [{ what: `the server says ${n.status}`, hint: null, from: null, to: null }]);
}
var tt = class {
  constructor(t) {
    this.answer = t;
  }
  answer;
  isOut = !1;
  waiting = null;
  async put(t) {
    if (this.isOut) {
      this.waiting = t;
      return;
    }
    this.isOut = !0;
    try {
      let n = t;
      for (; n !== null; )
        this.waiting = null, await this.answer(n), n = this.waiting;
    } finally {
      this.isOut = !1;
    }
  }
};

// src/page.ts
var F = v(""), le = v(!1), V = v(!1), Dt = v(""), nt = v(null), La = /* @__PURE__ */ new Set();
function bt(e) {
  La.add(e);
}
var Ce = (e) => new Promise((t) => setTimeout(t, e)), ar = !1;
async function Fe() {
  if (le.value = !0, !ar) {
    for (ar = !0; await Ce(1e3), !await Na(); )
      ;
    ar = !1, le.value = !1;
    for (let e of La) e();
  }
}
async function Na() {
  try {
    return nt.value = await Ne("/api/start"), !0;
  } catch (e) {
    return !(e instanceof re);
  }
}
async function Ca() {
  for (; !await Na(); )
    le.value = !0, await Ce(1e3);
  le.value = !1;
}
function _n() {
  return F.value === "" ? matchMedia("(prefers-color-scheme: dark)").matches : F.value === "dark";
}
function yt(e) {
  return e === "light" || e === "dark" ? e : "";
}

// src/circuit/link.ts
function Aa(e) {
  let t = new URLSearchParams();
  return t.set("f", e.formula), Object.keys(e.values).length > 0 && t.set("v", JSON.stringify(e.values)), e.open.length > 0 && t.set("open", e.open.join(",")), e.at !== null && t.set("at", e.at), e.step !== null && t.set("step", String(e.step)), e.dir !== "lr" && t.set("dir", e.dir), e.theme !== "" && t.set("theme", e.theme), `#/c?${t}`;
}
function za(e) {
  let t = e.indexOf("?");
  if (!e.startsWith("#/c") || t < 0) return null;
  let n = new URLSearchParams(e.slice(t + 1)), a = n.get("f");
  if (a === null) return null;
  let o = Number.parseInt(n.get("step") ?? "", 10);
  return {
    formula: a,
    values: Bi(n.get("v")),
    open: (n.get("open") ?? "").split(",").filter((i) => i !== ""),
    at: n.get("at"),
    step: Number.isFinite(o) && o >= 0 ? o : null,
    dir: n.get("dir") === "tb" ? "tb" : "lr",
    theme: yt(n.get("theme"))
  };
}
function Bi(e) {
  try {
    let t = JSON.parse(e ?? "{}");
    return typeof t == "object" && t !== null && !Array.isArray(t) ? t : {};
  } catch {
    return {};
  }
}

// src/circuit/state.ts
var fe = v(""), ue = v({}), ce = v([]), We = v("lr"), S = v(null), $ = v(null), D = v(null), kn = v([]), K = v(!1), It = v(null), rt = v(null), ee = v(null), Ft = v(""), Wt = v(!1), be = v(!1), Hi = v(0), T = M(() => D.value?.scene ?? null), H = M(() => new Map(T.value?.blocks.map((e) => [e.id, e]))), wt = M(() => new Map(T.value?.wires.map((e) => [e.id, e]))), _t = M(() => S.value === null ? null : H.value.get(S.value) ?? null), N = M(() => T.value?.steps.length ?? 0), Q = M(() => $.value === null || $.value === 0 ? null : T.value?.steps[$.value - 1] ?? null), te = M(() => {
  let e = /* @__PURE__ */ new Map(), t = /* @__PURE__ */ new Map(), n = /* @__PURE__ */ new Map(), a = T.value?.steps.filter((o) => o.pass === "forward").length ?? 0;
  return T.value?.steps.forEach((o, i) => {
    for (let l of o.wires)
      o.pass === "forward" ? e.set(l, e.get(l) ?? i + 1) : t.set(l, i + 1);
    o.pass === "backward" && n.set(o.block, i + 1);
  }), { value: e, gradient: t, back: n, forward: a };
});
function Mn(e) {
  let t = T.value?.wires.find((n) => n.wire === e && H.value.get(n.from)?.kind !== "frame");
  return H.value.get(`g${e}`) ?? (t === void 0 ? null : H.value.get(t.from) ?? null);
}
function Di() {
  let e = _t.value, t = e === null || D.value?.formula !== fe.value ? {} : { at: e.id, x: e.x, y: e.y };
  return { formula: fe.value, values: ue.value, open: ce.value, dir: We.value, ...t };
}
var Ii = new tt(async (e) => {
  try {
    let t = await Ne("/api/set", e);
    B(() => {
      Fi(t), le.value = !1, kn.value = [];
    });
  } catch (t) {
    if (t instanceof Le) kn.value = t.mistakes;
    else if (t instanceof re) Fe();
    else throw t;
  }
});
function Fi(e) {
  let t = D.value?.scene;
  be.value && t !== void 0 && (e.scene = Wi(t, e.scene)), D.value = e, ce.value = e.open, Hi.value += 1, S.value !== null && !H.value.has(S.value) && (S.value = null), $.value !== null && $.value > e.scene.steps.length && ($.value = null);
}
function Wi(e, t) {
  if (!(e.blocks.length === t.blocks.length && e.blocks.every((c, p) => c.id === t.blocks[p]?.id)) || e.wires.length !== t.wires.length) return t;
  let { left: a, top: o, width: i, height: l } = e, s = t.blocks.map((c, p) => ({ ...e.blocks[p], card: c.card, aria: c.aria, on_gradient_path: c.on_gradient_path })), u = t.wires.map((c, p) => {
    let h = e.wires[p];
    if (h.pieces.length !== c.pieces.length) return c;
    let m = h.pieces.map((d, f) => ({ ...d, gradient: c.pieces[f].gradient }));
    return { ...h, value: c.value, gradient: c.gradient, pieces: m };
  });
  return { ...t, left: a, top: o, width: i, height: l, blocks: s, wires: u };
}
function ye() {
  return Ii.put(Di());
}
bt(() => {
  D.value !== null && ye();
});
function Ra(e) {
  B(() => {
    fe.value = e, $.value = null, K.value = !1, kt();
  });
  let t = new Set(e.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []);
  return ue.value = Object.fromEntries(Object.entries(ue.value).filter(([n]) => t.has(n))), ye();
}
function Oa(e, t) {
  return B(() => {
    fe.value = e, ue.value = t, ce.value = [], S.value = null, $.value = null, K.value = !1, kt();
  }), ye();
}
function Vt(e, t) {
  return ue.value = { ...ue.value, [e]: t }, kt(), ye();
}
function kt() {
  It.value = null, rt.value = null;
}
function X(e) {
  S.value !== e && B(() => {
    S.value = e, kt();
  });
}
function me(e) {
  let t = H.value.get(e);
  if (t === void 0) return Promise.resolve();
  let n = t.kind === "stage" || t.kind === "frame" ? e.replace(/-\d+$/, "") : e, a = T.value?.stages.find((u) => u.id === n), o = t.kind === "frame";
  if (!o && !t.opens) return Promise.resolve();
  let i = [e, n, a?.path], l = o && a !== void 0 ? (T.value?.stages ?? []).filter((u) => u.path.startsWith(`${a.path}.`)).flatMap((u) => [u.id, u.path]) : [], s = ce.value.filter((u) => !i.includes(u) && !l.includes(u));
  return Kt(o ? s : [...ce.value, n], e);
}
function Kt(e, t) {
  return B(() => {
    ce.value = e, t !== null && (S.value = t), $.value = null, K.value = !1;
  }), ye();
}
function Ba(e) {
  return We.value = e, ye();
}
function j(e) {
  let t = e === null ? null : Math.max(0, Math.min(N.value, e));
  $.value = t;
  let n = Q.value;
  n !== null ? (S.value = n.block, Dt.value = n.text) : Dt.value = t === 0 ? "start: only the inputs are known" : "all values and gradients are shown", kt();
}
function at(e) {
  K.value = !1;
  let t = $.value ?? N.value;
  j(Math.max(0, Math.min(N.value, t + e)));
}
async function Ha(e, t) {
  await Fa(async () => {
    It.value = { name: e, proof: await Ne("/api/check", { ...Ia(), name: e, element: t }) };
  }, (n) => {
    It.value = { name: e, mistakes: n };
  });
}
async function Da(e) {
  await Fa(async () => {
    rt.value = await Ne("/api/paths", { ...Ia(), at: e });
  }, () => {
    rt.value = null;
  });
}
function Ia() {
  return { formula: fe.value, values: ue.value, open: ce.value, dir: We.value };
}
async function Fa(e, t) {
  try {
    await e();
  } catch (n) {
    if (n instanceof Le) t(n.mistakes);
    else if (n instanceof re) Fe();
    else throw n;
  }
}
var Vi = M(() => ({
  formula: fe.value,
  values: ue.value,
  open: ce.value,
  at: S.value,
  step: $.value,
  dir: We.value,
  theme: F.value
}));
function or() {
  return Aa(Vi.value);
}
function Ki(e) {
  B(() => {
    fe.value = e.formula, ue.value = e.values, ce.value = e.open, S.value = null, We.value = e.dir, F.value = e.theme, $.value = null, K.value = !1, kt();
  });
}
async function Wa(e) {
  let t = za(e);
  return t === null ? !1 : (Ki(t), await ye(), B(() => {
    t.step !== null && ($.value = Math.min(t.step, N.value));
    let n = t.at ?? Q.value?.block ?? null;
    n !== null && H.value.has(n) && (S.value = n);
  }), !0);
}
async function Va() {
  let e = nt.value;
  e !== null && (B(() => {
    fe.value = e.formula, ue.value = e.values, ce.value = e.open, innerHeight > innerWidth && (We.value = "tb");
  }), await ye());
}

// src/circuit/canvas.ts
var G = v({ x: 0, y: 0, k: 1 }), J = v({ w: 0, h: 0 }), Ve = v(!1), Ui = 1.6, Ka = 0.08;
function we() {
  let e = T.value, { w: t, h: n } = J.value;
  if (e === null || t === 0) return;
  let a = Math.max(Ka, Math.min(Ui, t / e.width, n / e.height));
  G.value = { x: (t - e.width * a) / 2 - e.left * a, y: (n - e.height * a) / 2 - e.top * a, k: a }, Ve.value = !0;
}
function Ua(e, t) {
  let { k: n } = G.value;
  G.value = { x: J.value.w / 2 - e * n, y: J.value.h / 2 - t * n, k: n };
}
function Ke(e) {
  let t = T.value?.blocks.find((c) => c.id === e);
  if (t === void 0) return;
  let { x: n, y: a, k: o } = G.value, i = 24, l = (c, p, h) => c < i ? i - c : p > h - i ? Math.max(h - i - p, i - c) : 0, s = l(t.x * o + n, (t.x + t.w) * o + n, J.value.w), u = l(t.y * o + a, (t.y + t.h) * o + a, J.value.h);
  (s !== 0 || u !== 0) && (G.value = { x: n + s, y: a + u, k: o });
}
function $n(e) {
  let { x: t, y: n, k: a } = G.value;
  if (typeof e == "number") return ir(J.value.w / 2, J.value.h / 2, a * e);
  if (e.preventDefault(), !e.ctrlKey && !e.metaKey) {
    G.value = { x: t - e.deltaX, y: n - e.deltaY, k: a };
    return;
  }
  let o = e.currentTarget.getBoundingClientRect();
  ir(e.clientX - o.left, e.clientY - o.top, a * Math.exp(-e.deltaY / 300));
}
function ir(e, t, n) {
  let { x: a, y: o, k: i } = G.value, l = Math.max(Ka, Math.min(3, n));
  G.value = { x: e - (e - a) * l / i, y: t - (t - o) * l / i, k: l };
}
function qa(e) {
  let t = new ResizeObserver(() => {
    let s = e.getBoundingClientRect(), u = J.value.w === 0;
    J.value = { w: s.width, h: s.height }, !u && n && we();
  }), n = !0;
  t.observe(e);
  let a = /* @__PURE__ */ new Map(), o = (s) => {
    s.target !== e && s.button === 0 && s.target.closest("[data-block]:not(.frame)") || (a.set(s.pointerId, { x: s.clientX, y: s.clientY }), e.setPointerCapture(s.pointerId), s.target === e && X(null));
  }, i = (s) => {
    let u = a.get(s.pointerId);
    if (u === void 0) return;
    n = !1;
    let c = { x: s.clientX, y: s.clientY }, p = [...a].filter(([_]) => _ !== s.pointerId).map(([, _]) => _);
    a.set(s.pointerId, c);
    let { x: h, y: m, k: d } = G.value, f = p[0];
    if (f === void 0) {
      G.value = { x: h + c.x - u.x, y: m + c.y - u.y, k: d };
      return;
    }
    let y = e.getBoundingClientRect(), b = (_) => Math.hypot(_.x - f.x, _.y - f.y) || 1;
    ir((c.x + f.x) / 2 - y.left, (c.y + f.y) / 2 - y.top, d * b(c) / b(u));
  }, l = (s) => a.delete(s.pointerId);
  return e.addEventListener("pointerdown", o), e.addEventListener("pointermove", i), e.addEventListener("pointerup", l), e.addEventListener("pointercancel", l), () => t.disconnect();
}
function ja(e) {
  let t = T.value, n = S.value;
  if (t === null || n === null) return [];
  let a = t.wires.flatMap((i) => i.to.map(([l]) => ({ from: i.from, to: l }))), o = e === "ins" ? a.filter((i) => i.to === n).map((i) => i.from) : a.filter((i) => i.from === n).map((i) => i.to);
  return [...new Set(o)];
}

// node_modules/preact/jsx-runtime/dist/jsxRuntime.mjs
var qi = /* @__PURE__ */ Symbol.for("pv"), ji = 0;
function r(e, t, n, a, o, i) {
  t || (t = {});
  var l, s, u = t;
  if ("ref" in u && typeof e != "function") for (s in u = {}, t) s == "ref" ? l = t[s] : u[s] = t[s];
  var c = { type: e, props: u, key: n, ref: l, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: qi, __v: --ji, __i: -1, __u: 0 };
  return (o || i) && (c.__source = o, c.__self = i), P.vnode && P.vnode(c), c;
}

// src/draw.tsx
function ur(e) {
  let t = e[0];
  if (t === void 0) return "";
  let n = `M${t[0]} ${t[1]}`;
  for (let a = 1; a < e.length; a += 1) {
    let [o, i] = e[a], l = e[a + 1];
    if (l === void 0) {
      n += `L${o} ${i}`;
      continue;
    }
    let s = e[a - 1], u = Math.min(7, Sn(s, [o, i]) / 2, Sn([o, i], l) / 2), [c, p] = lr([o, i], s, u), [h, m] = lr([o, i], l, u);
    n += `L${c} ${p}Q${o} ${i} ${h} ${m}`;
  }
  return n;
}
function Ga(e) {
  return 6 + e / 2;
}
function Gi(e, t) {
  let n = e[e.length - 1], a = e[e.length - 2];
  return n === void 0 || a === void 0 ? e : [...e.slice(0, -1), lr(n, a, Math.min(Ga(t) - 1, Sn(n, a)))];
}
function Qi(e, t) {
  let [n, a] = e[e.length - 1] ?? [0, 0], [o, i] = e[e.length - 2] ?? [n - 1, a], l = Math.sign(n - o), s = Math.sign(a - i), u = Ga(t), c = 2.6 + t * 0.6;
  return `M${n} ${a}L${n - l * u - s * c} ${a - s * u + l * c}L${n - l * u + s * c} ${a - s * u - l * c}Z`;
}
function Sn(e, t) {
  return Math.abs(e[0] - t[0]) + Math.abs(e[1] - t[1]);
}
function lr(e, t, n) {
  let a = Sn(e, t) || 1;
  return [e[0] + (t[0] - e[0]) * n / a, e[1] + (t[1] - e[1]) * n / a];
}
function Ut(e) {
  return e === null ? "plain" : e.special !== null ? "alarm" : e.zero ? "zero" : e.sign;
}
function En({ line: e, shown: t }) {
  return /* @__PURE__ */ r("g", { class: `wire${t.isOnPath ? " on-path" : ""}`, "data-wire": e.id, children: [
    e.pieces.map((n, a) => {
      let o = t.pieces[a] === !0, i = o ? n.gradient ?? e.gradient : t.value ? e.value : null, l = o && n.gradient === null && e.gradient === null, s = l || i === null ? 1.5 : Math.max(1.5, i.zero ? 1.5 : i.thickness), u = ur(n.is_end ? Gi(n.points, s) : n.points);
      return /* @__PURE__ */ r("g", { children: [
        /* @__PURE__ */ r("path", { d: u, class: `line ${l ? "quiet" : Ut(i)}`, "stroke-width": s }),
        n.is_end && /* @__PURE__ */ r("path", { d: Qi(n.points, s), class: `head ${l ? "quiet" : Ut(i)}` }),
        t.pulse !== null && /* @__PURE__ */ r("path", { d: u, class: `pulse ${t.pulse}`, pathLength: 100 }),
        n.place !== null && n.gradient !== null && o && /* @__PURE__ */ r("text", { x: n.place[0], y: n.place[1], class: `gradient branch ${Ut(n.gradient)}`, children: n.gradient.text })
      ] }, a);
    }),
    e.dots.map(([n, a], o) => /* @__PURE__ */ r("circle", { cx: n, cy: a, r: 4, class: "dot" }, o)),
    e.place !== null && /* @__PURE__ */ r(Yi, { line: e, hasValue: t.value, hasGradient: t.gradient })
  ] });
}
var Xi = 20, Ji = 6;
function Yi({ line: e, hasValue: t, hasGradient: n }) {
  let { x: a, value_y: o, gradient_y: i } = e.place, { name: l, value: s, gradient: u } = e;
  return /* @__PURE__ */ r(x, { children: [
    l !== null && /* @__PURE__ */ r("text", { x: a, y: o, class: "wire-name", children: l }),
    s !== null && t && /* @__PURE__ */ r("text", { x: l === null ? a : a + Zi(l) + Ji, y: o, class: `value ${Ut(s)}`, "data-value": e.id, children: [
      s.text,
      /* @__PURE__ */ r("title", { children: Pn(s) })
    ] }),
    u !== null && n && /* @__PURE__ */ r("g", { class: `gradient ${Ut(u)}`, children: [
      /* @__PURE__ */ r("path", { d: `M${a} ${i - 4.5}l7 -4v8z`, class: "head" }),
      /* @__PURE__ */ r("text", { x: a + 10, y: i, children: "∂" }),
      /* @__PURE__ */ r("text", { x: a + Xi, y: i, "data-gradient": e.id, children: [
        u.text,
        /* @__PURE__ */ r("title", { children: Pn(u) })
      ] })
    ] })
  ] });
}
var sr = document.createElement("canvas").getContext("2d");
function Zi(e) {
  return sr === null ? e.length * 7 : (sr.font = "12.5px Helvetica, Arial, 'Liberation Sans', sans-serif", sr.measureText(e).width);
}
function Pn(e) {
  let t = e.raw.join(", ");
  return e.shape.length === 0 ? t : `[${e.shape.join(", ")}] ${t}`;
}
function Tn(e) {
  let t = `${e.label} ${e.detail ?? ""}`.trim();
  return e.aria.includes(t) ? e.aria : `${t}: ${e.aria}`;
}
var es = 24;
function Ln({ block: e }) {
  let t = e.x + e.w / 2, n = e.kind === "frame", a = n ? e.y + es / 2 : e.detail === null ? e.y + e.h / 2 : e.y + e.h / 2 - 7;
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("rect", { x: e.x, y: e.y, width: e.w, height: e.h, rx: e.kind === "input" ? Math.min(e.h / 2, 14) : n ? 10 : 8, class: "body" }),
    e.kind === "stage" && /* @__PURE__ */ r("rect", { x: e.x + 3, y: e.y + 3, width: e.w - 6, height: e.h - 6, rx: 6, class: "inner" }),
    /* @__PURE__ */ r("text", { x: n ? e.x + 12 : t, y: a, class: "label", "text-anchor": n ? "start" : "middle", children: n ? `▾ ${e.label}` : e.label }),
    " ",
    e.detail !== null && !n && /* @__PURE__ */ r("text", { x: t, y: e.y + e.h / 2 + 9, class: "detail", "text-anchor": "middle", children: e.detail })
  ] });
}
function Nn() {
  return /* @__PURE__ */ r("defs", { children: /* @__PURE__ */ r("pattern", { id: "hatch", width: "6", height: "6", patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)", children: [
    /* @__PURE__ */ r("rect", { width: "6", height: "6", class: "hatch-ground" }),
    /* @__PURE__ */ r("path", { d: "M0 0V6", class: "hatch-line" })
  ] }) });
}

// src/numbers.ts
function g(e, t = 4) {
  if (typeof e != "number") return { nan: "NaN", inf: "∞", "-inf": "−∞" }[e];
  if (e === 0) return "0";
  let n = Math.abs(e);
  return (n >= 1e6 || n < 1e-4 ? e.toExponential(t - 1).replace(/\.?0+e/, "e").replace("e+", "e") : String(Number(e.toPrecision(t)))).replace("-", "−");
}
function Mt(e) {
  return typeof e != "number" ? "alarm" : e === 0 ? "zero" : e > 0 ? "plus" : "minus";
}
function E(e) {
  return e.toLocaleString("en-US").replaceAll(",", " ");
}
function _e(e) {
  return `${g(e * 100, e < 0.1 ? 2 : 3)} %`;
}
function Ue(e) {
  return e === 0 ? "1" : `1e${e < 0 ? "−" : ""}${Math.abs(e)}`;
}

// src/circuit/drag.ts
function Qa(e) {
  return Math.max(1, Math.abs(e)) / 100;
}
function Xa(e) {
  return Number(e.toPrecision(4));
}
function Cn(e) {
  let t = ue.value[e.name], n = typeof t == "number" ? t : Number(e.values?.[0] ?? 0);
  return Number.isFinite(n) ? n : 0;
}
function Ja(e, t) {
  if (e.button !== 0) return;
  let n = Cn(t), a = Qa(n), o = e.clientX, i = 0, l = (u) => {
    u.pointerId === e.pointerId && (i += (u.clientX - o) * (u.shiftKey ? 0.1 : 1), o = u.clientX, !(!be.value && Math.abs(i) < 3) && (be.value = !0, Vt(t.name, Xa(Math.round((n + i * a) / (a / 10)) * (a / 10)))));
  }, s = (u) => {
    u.pointerId === e.pointerId && (removeEventListener("pointermove", l), removeEventListener("pointerup", s), removeEventListener("pointercancel", s), be.value && (be.value = !1, ye()));
  };
  addEventListener("pointermove", l), addEventListener("pointerup", s), addEventListener("pointercancel", s);
}
function qt(e, t) {
  let n = Cn(e);
  Vt(e.name, Xa(n + t * Qa(n) * 10));
}
function Ya(e) {
  let t = Number(e.trim().replace("−", "-"));
  return e.trim() === "" || !Number.isFinite(t) ? null : t;
}
function Za(e, t, n) {
  let a = [...e.values ?? []];
  return a[t] = n, eo(a, e.shape);
}
function eo(e, t) {
  if (t.length === 0) return e[0] ?? 0;
  if (t.length === 1) return e;
  let n = t.slice(1).reduce((a, o) => a * o, 1);
  return Array.from({ length: t[0] }, (a, o) => eo(e.slice(o * n, (o + 1) * n), t.slice(1)));
}

// src/circuit/card.tsx
function $t({ quantity: e }) {
  if (e === null) return /* @__PURE__ */ r("span", { class: "none", children: "·" });
  let t = e.special !== null ? "alarm" : e.zero ? "zero" : e.sign;
  return /* @__PURE__ */ r("span", { class: `number ${t}`, title: Pn(e), children: e.text });
}
function no({ block: e, text: t }) {
  return e == null ? /* @__PURE__ */ r("span", { children: t }) : /* @__PURE__ */ r("button", { type: "button", class: "chip", onClick: () => {
    X(e.id), Ke(e.id);
  }, children: t });
}
function ts({ block: e }) {
  let { rows: t } = e.card;
  return t.length === 0 ? null : /* @__PURE__ */ r("table", { class: "rows", children: [
    /* @__PURE__ */ r("caption", { children: "What it passes back" }),
    /* @__PURE__ */ r("thead", { children: /* @__PURE__ */ r("tr", { children: [
      /* @__PURE__ */ r("th", { scope: "col", children: "to" }),
      /* @__PURE__ */ r("th", { scope: "col", children: "local" }),
      /* @__PURE__ */ r("th", { scope: "col", children: /* @__PURE__ */ r("span", { "aria-label": "times", children: "×" }) }),
      /* @__PURE__ */ r("th", { scope: "col", children: "upstream" }),
      /* @__PURE__ */ r("th", { scope: "col", children: /* @__PURE__ */ r("span", { "aria-label": "equals", children: "=" }) }),
      /* @__PURE__ */ r("th", { scope: "col", children: "passed back" })
    ] }) }),
    /* @__PURE__ */ r("tbody", { children: t.map((n, a) => /* @__PURE__ */ r("tr", { children: [
      /* @__PURE__ */ r("th", { scope: "row", children: /* @__PURE__ */ r(no, { block: Mn(n.wire), text: n.input }) }),
      /* @__PURE__ */ r("td", { children: /* @__PURE__ */ r($t, { quantity: n.local }) }),
      /* @__PURE__ */ r("td", { class: "sign", children: "×" }),
      /* @__PURE__ */ r("td", { children: /* @__PURE__ */ r($t, { quantity: n.upstream }) }),
      /* @__PURE__ */ r("td", { class: "sign", children: "=" }),
      /* @__PURE__ */ r("td", { class: "back", children: /* @__PURE__ */ r($t, { quantity: n.back }) })
    ] }, a)) })
  ] });
}
var ns = 28;
function rs(e, t) {
  let n = t === 0 ? 0 : Math.min(1, Math.abs(e) / t);
  return `color-mix(in srgb, var(${e < 0 ? "--fill-minus" : "--fill-plus"}) ${Math.round(n * 100)}%, var(--fill-zero))`;
}
function to({ title: e, values: t, shape: n, chosen: a, choose: o }) {
  let i = n[n.length - 1] ?? 1, l = t.filter((c) => typeof c == "number"), s = Math.max(0, ...l.map(Math.abs)), u = Math.min(ns, Math.floor(270 / i));
  return /* @__PURE__ */ r("figure", { class: "heat", children: [
    /* @__PURE__ */ r("figcaption", { children: e }),
    /* @__PURE__ */ r("div", { class: "cells", style: { gridTemplateColumns: `repeat(${i}, ${u}px)`, gridAutoRows: `${u}px` }, children: t.map((c, p) => {
      let h = `[${ro(p, n).join(", ")}] ${g(c)}`, m = { background: typeof c == "number" ? rs(c, s) : "var(--alarm)" };
      return o === void 0 ? /* @__PURE__ */ r("span", { class: "cell", title: h, style: m }, p) : /* @__PURE__ */ r("button", { type: "button", class: "cell", "aria-label": h, title: h, "aria-pressed": p === a, style: m, onClick: () => o(p) }, p);
    }) })
  ] });
}
function ro(e, t) {
  let n = [];
  for (let a = t.length - 1; a >= 0; a -= 1)
    n.unshift(e % t[a]), e = Math.floor(e / t[a]);
  return n;
}
function as({ label: e, value: t, set: n }) {
  let [a, o] = Ee(!1), i = (s) => {
    let u = Ya(s.value);
    o(u === null), u !== null && u !== t && n(u);
  }, l = (s) => {
    s.stopPropagation();
    let u = s.currentTarget;
    s.key === "Enter" && i(u), s.key === "Escape" && u.blur();
  };
  return /* @__PURE__ */ r("label", { class: "field", children: [
    e,
    /* @__PURE__ */ r("input", { type: "text", inputMode: "decimal", value: String(t), "aria-invalid": a, onKeyDown: l, onChange: (s) => i(s.currentTarget) })
  ] });
}
function os({ input: e, block: t }) {
  let [n, a] = Ee(0), o = e.shape.length === 0, l = [...wt.value.values()].find((m) => m.from === t.id)?.gradient ?? null, s = Math.min(n, Math.max(0, (e.values?.length ?? 1) - 1)), u = o ? Cn(e) : Number(e.values?.[s] ?? 0), c = (m) => {
    Vt(e.name, o ? m : Za(e, s, m));
  }, p = o ? e.name : `${e.name}[${ro(s, e.shape).join(", ")}]`, h = l?.shape.length === 0 ? l.raw[0] : l?.raw[s];
  return /* @__PURE__ */ r("section", { class: "knob", children: [
    e.is_started && /* @__PURE__ */ r("p", { class: "hint", children: `No value was given: ${e.name} starts ${o ? "at" : "with"} ${o ? g(u) : "random numbers"}.` }),
    e.values === null ? /* @__PURE__ */ r("p", { class: "hint", children: "Too large to be changed here." }) : /* @__PURE__ */ r(x, { children: [
      !o && /* @__PURE__ */ r(to, { title: "value", values: e.values, shape: e.shape, chosen: s, choose: a }),
      !o && l !== null && l.raw.length === e.values.length && /* @__PURE__ */ r(to, { title: "gradient", values: l.raw, shape: e.shape }),
      /* @__PURE__ */ r("div", { class: "turn", children: [
        /* @__PURE__ */ r("button", { type: "button", "aria-label": `${e.name} down`, onClick: () => o ? qt(e, -1) : c(u - 0.1), children: "−" }),
        /* @__PURE__ */ r(as, { label: p, value: u, set: c }),
        /* @__PURE__ */ r("button", { type: "button", "aria-label": `${e.name} up`, onClick: () => o ? qt(e, 1) : c(u + 0.1), children: "+" })
      ] })
    ] }),
    typeof h == "number" && /* @__PURE__ */ r("p", { children: h === 0 ? /* @__PURE__ */ r(x, { children: `Move ${p} a little, and ${D.value?.output ?? "the output"} stays.` }) : /* @__PURE__ */ r(x, { children: [
      `Raise ${p} a little, and ${D.value?.output ?? "the output"} ${h > 0 ? "rises" : "falls"}: `,
      /* @__PURE__ */ r("span", { class: `number ${Mt(h)}`, children: g(h) }),
      " for each 1."
    ] }) }),
    l !== null && /* @__PURE__ */ r("button", { type: "button", class: "act", onClick: () => {
      Ha(e.name, s);
    }, children: "Prove it" }),
    /* @__PURE__ */ r(is, { name: e.name })
  ] });
}
function is({ name: e }) {
  let t = It.value;
  if (t === null || t.name !== e) return null;
  if ("mistakes" in t) return /* @__PURE__ */ r("p", { class: "wrong", children: t.mistakes[0]?.what });
  let { h: n, above: a, below: o, numeric: i, analytic: l, error: s } = t.proof, u = typeof s == "number" && s < 1e-6;
  return /* @__PURE__ */ r("dl", { class: "proof", "aria-live": "polite", children: [
    /* @__PURE__ */ r("dt", { children: `f at ${e} + ${g(n, 2)}` }),
    /* @__PURE__ */ r("dd", { children: g(a, 9) }),
    /* @__PURE__ */ r("dt", { children: `f at ${e} − ${g(n, 2)}` }),
    /* @__PURE__ */ r("dd", { children: g(o, 9) }),
    /* @__PURE__ */ r("dt", { children: "difference / 2h" }),
    /* @__PURE__ */ r("dd", { "data-proof": "numeric", children: g(i, 7) }),
    /* @__PURE__ */ r("dt", { children: "backward pass" }),
    /* @__PURE__ */ r("dd", { "data-proof": "analytic", children: g(l, 7) }),
    /* @__PURE__ */ r("dt", { children: "relative error" }),
    /* @__PURE__ */ r("dd", { class: u ? "right" : "doubt", children: `${g(s, 2)} ${u ? "✓" : "at a kink differences say nothing"}` })
  ] });
}
function ss({ check: e }) {
  let t = typeof e.apart == "number" && e.apart < 1e-9;
  return /* @__PURE__ */ r("section", { class: "check", children: [
    /* @__PURE__ */ r("h3", { children: `d ${e.output} / d ${e.input}` }),
    /* @__PURE__ */ r("p", { children: [
      "the stage as one gate: ",
      /* @__PURE__ */ r($t, { quantity: e.local })
    ] }),
    /* @__PURE__ */ r("p", { children: [
      e.paths > 1 ? `${e.paths} paths through its parts add up to: ` : "the product of its parts: ",
      e.factors.map((n, a) => /* @__PURE__ */ r("span", { children: [
        a > 0 && " × ",
        /* @__PURE__ */ r($t, { quantity: n })
      ] }, a)),
      e.factors.length > 0 && " = ",
      /* @__PURE__ */ r($t, { quantity: e.product }),
      t ? " ✓" : " ✗"
    ] })
  ] });
}
function ls() {
  let e = rt.value;
  if (e === null) return null;
  let t = (a) => {
    let o = Mn(a);
    return o === null ? `#${a}` : o.name ?? o.label;
  }, n = (a) => a.filter((o) => Mn(o) !== null).map(t).join(" → ");
  return /* @__PURE__ */ r("section", { class: "because", "aria-live": "polite", children: e.paths.length > 0 ? /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("p", { children: e.count === 1 ? "One path leads to the output. The gradient is the product of the local gradients on it:" : `${g(e.count)} paths lead to the output. The gradient is the sum of their products:` }),
    /* @__PURE__ */ r("ol", { children: e.paths.map((a, o) => /* @__PURE__ */ r("li", { children: [
      /* @__PURE__ */ r("div", { class: "way", children: n(a.wires) }),
      /* @__PURE__ */ r("div", { children: [
        a.locals.length === 0 ? "1" : a.locals.map((i) => g(i, 3)).join(" × "),
        " = ",
        /* @__PURE__ */ r("span", { class: `number ${Mt(a.product)}`, children: g(a.product) })
      ] })
    ] }, o)) }),
    e.total !== null && e.count > 1 && /* @__PURE__ */ r("p", { children: `together ${g(e.total)}` }),
    e.paths.length < e.count && /* @__PURE__ */ r("p", { class: "hint", children: `${g(e.count - e.paths.length)} more are not listed.` })
  ] }) : /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("p", { children: e.uses.length === 0 ? "Nothing that leads to the output reads it." : "Each gate that reads it passes something back; that is added up (of arrays the sum of the elements):" }),
    /* @__PURE__ */ r("ul", { children: e.uses.map((a, o) => /* @__PURE__ */ r("li", { children: [
      `${t(a.gate)}: `,
      /* @__PURE__ */ r("span", { class: `number ${Mt(a.passed)}`, children: g(a.passed) })
    ] }, o)) })
  ] }) });
}
function us({ block: e }) {
  let t = (o, i) => {
    let l = wt.value.get(o);
    return l === void 0 ? [] : (i === "from" ? [l.from] : l.to.map(([s]) => s)).map((s) => H.value.get(s)).filter((s) => s !== void 0 && s.id !== e.id);
  }, n = (o) => {
    let i = e[o].flatMap((l) => t(l.wire, o === "ins" ? "from" : "to"));
    return [...new Map(i.map((l) => [l.id, l])).values()];
  }, a = (o, i) => i.length > 0 && /* @__PURE__ */ r("p", { class: "ends", children: [
    `${o} `,
    i.map((l) => /* @__PURE__ */ r(no, { block: l, text: l.name ?? l.label }, l.id))
  ] });
  return /* @__PURE__ */ r("nav", { "aria-label": "wires", children: [
    a("reads", n("ins")),
    a("read by", n("outs"))
  ] });
}
function cs({ block: e }) {
  let { card: t } = e, n = D.value?.inputs.find((o) => `g${o.wire}` === e.id), a = e.kind === "frame";
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("h2", { children: t.title }),
    /* @__PURE__ */ r("p", { class: "spec", children: [t.spec, t.source].filter((o) => o !== null && o !== "").join(" · ") }),
    t.numbers !== "" && /* @__PURE__ */ r("p", { class: "numbers", children: t.numbers }),
    t.formula !== "" && /* @__PURE__ */ r("p", { class: "formula", children: t.formula }),
    t.local !== "" && /* @__PURE__ */ r("p", { class: "formula local", children: t.local }),
    n !== void 0 && /* @__PURE__ */ r(os, { input: n, block: e }, n.name),
    /* @__PURE__ */ r(ts, { block: e }),
    t.pattern !== null && /* @__PURE__ */ r("p", { class: `pattern ${t.pattern.key}`, children: [
      /* @__PURE__ */ r("strong", { children: t.pattern.title }),
      t.pattern.sentence
    ] }),
    t.checks.map((o, i) => /* @__PURE__ */ r(ss, { check: o }, i)),
    (e.opens || a) && /* @__PURE__ */ r("button", { type: "button", class: "act", onClick: () => {
      me(e.id);
    }, children: a ? "Close it (Backspace)" : "Open it (Enter)" }),
    e.kind !== "frame" && e.kind !== "constant" && e.kind !== "output" && /* @__PURE__ */ r("button", { type: "button", class: "act", onClick: () => {
      Da(e.id);
    }, children: "Why is its gradient what it is?" }),
    /* @__PURE__ */ r(ls, {}),
    /* @__PURE__ */ r(us, { block: e })
  ] });
}
function ao() {
  let e = _t.value;
  return /* @__PURE__ */ r("aside", { class: `panel card${ee.value === "card" ? " up" : ""}`, "aria-label": "gate card", id: "card", children: [
    /* @__PURE__ */ r("button", { type: "button", class: "close", "aria-label": "close the card", onClick: () => ee.value = null, children: "×" }),
    e === null ? /* @__PURE__ */ r("div", { class: "empty", children: [
      /* @__PURE__ */ r("h2", { children: "Pick a gate" }),
      /* @__PURE__ */ r("p", { children: "Its card shows what it computes, and what it passes back to each input:" }),
      /* @__PURE__ */ r("p", { class: "numbers", children: "local × upstream = passed back" }),
      /* @__PURE__ */ r("p", { children: "Drag an input sideways, and everything follows." })
    ] }) : /* @__PURE__ */ r(cs, { block: e }, S.value)
  ] });
}

// src/circuit/examples.ts
var oo = { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 }, cr = [
  { name: "a neuron", formula: "f = sigmoid(w0*x0 + w1*x1 + w2)", values: oo },
  { name: "add and multiply", formula: "f = (x + y) * z", values: { x: -2, y: 5, z: -4 } },
  { name: "max routes", formula: "f = 2 * (x*y + max(z, w))", values: { x: 3, y: -4, z: 2, w: -1 } },
  { name: "a neuron in stages", formula: `stage sigma(z) = 1 / (1 + exp(-z))
f = sigma(w0*x0 + w1*x1 + w2)`, values: oo },
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
var ds = 250, ps = 116;
function dr(e, t) {
  return new TextDecoder().decode(new TextEncoder().encode(e).slice(0, t)).length;
}
function fs({ text: e, wrong: t }) {
  let n = t.filter((i) => i.from !== null && i.to !== null).map((i) => ({ from: dr(e, i.from), to: Math.max(dr(e, i.to), dr(e, i.from) + 1) })).sort((i, l) => i.from - l.from), a = [], o = 0;
  for (let i of n)
    i.from < o || (a.push(e.slice(o, i.from)), a.push(/* @__PURE__ */ r("mark", { children: e.slice(i.from, i.to) || " " }, i.from)), o = i.to);
  return /* @__PURE__ */ r("div", { class: "marks", "aria-hidden": "true", children: [
    a,
    `${e.slice(o)} `
  ] });
}
function io() {
  let [e, t] = Ee(fe.value), n = se(0), a = fe.value;
  xe(() => t(a), [a]);
  let o = se(null);
  Ze(() => {
    let u = () => {
      let c = o.current;
      c.style.height = "auto", c.style.height = `${Math.min(ps, c.scrollHeight + 2)}px`;
    };
    return u(), addEventListener("resize", u), () => removeEventListener("resize", u);
  }, [e]);
  let i = (u) => {
    t(u), clearTimeout(n.current), n.current = setTimeout(() => {
      Ve.value = !1, Ra(u);
    }, ds);
  }, l = e === a ? kn.value : [], s = (u) => {
    let c = cr[Number(u.value)];
    u.value = "", c !== void 0 && (Ve.value = !1, Oa(c.formula, c.values));
  };
  return /* @__PURE__ */ r("div", { class: "formula-bar", children: [
    /* @__PURE__ */ r("div", { class: "editor", children: [
      /* @__PURE__ */ r(fs, { text: e, wrong: l }),
      /* @__PURE__ */ r(
        "textarea",
        {
          ref: o,
          id: "formula",
          "aria-label": "formula",
          "aria-invalid": l.length > 0,
          "aria-describedby": "mistakes",
          spellcheck: !1,
          autocomplete: "off",
          rows: 1,
          value: e,
          onInput: (u) => i(u.currentTarget.value),
          onKeyDown: (u) => {
            u.stopPropagation(), u.key === "Escape" && u.currentTarget.blur();
          }
        }
      ),
      /* @__PURE__ */ r("div", { id: "mistakes", class: "mistakes", role: "status", children: l.map((u, c) => /* @__PURE__ */ r("p", { children: [
        u.what,
        u.hint !== null && /* @__PURE__ */ r("span", { children: ` Hint: ${u.hint}${u.hint.endsWith("?") ? "" : "."}` })
      ] }, c)) })
    ] }),
    /* @__PURE__ */ r("select", { class: "examples", "aria-label": "examples", value: "", onChange: (u) => s(u.currentTarget), children: [
      /* @__PURE__ */ r("option", { value: "", children: "examples" }),
      cr.map((u, c) => /* @__PURE__ */ r("option", { value: c, children: u.name }, u.name))
    ] })
  ] });
}

// src/keylist.tsx
function St({ keys: e }) {
  return /* @__PURE__ */ r("dl", { class: "keys", children: e.map(([t, n]) => /* @__PURE__ */ r("div", { children: [
    /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("kbd", { children: t }) }),
    /* @__PURE__ */ r("dd", { children: n })
  ] }, t)) });
}

// src/circuit/help.tsx
var ms = [
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
function so() {
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("h2", { id: "help-title", children: "How to read it" }),
    /* @__PURE__ */ r("dl", { class: "legend", children: [
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("span", { class: "number plain", children: "2.5" }) }),
      /* @__PURE__ */ r("dd", { children: "above a wire: its value, flowing forward" }),
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("span", { class: "gradient plus", children: "∂ 0.2" }) }),
      /* @__PURE__ */ r("dd", { children: "below it, slanted: the gradient, how much the output rises for each 1 that this rises" }),
      /* @__PURE__ */ r("dt", { children: [
        /* @__PURE__ */ r("span", { class: "number plus", children: "blue" }),
        " ",
        /* @__PURE__ */ r("span", { class: "number minus", children: "−orange" })
      ] }),
      /* @__PURE__ */ r("dd", { children: "positive, negative" }),
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("svg", { width: "46", height: "16", "aria-hidden": "true", children: /* @__PURE__ */ r("path", { d: "M2 8H44", class: "line plus", "stroke-width": "5" }) }) }),
      /* @__PURE__ */ r("dd", { children: "the thicker, the larger: from 1 to 6 pixels by powers of ten" }),
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("svg", { width: "46", height: "16", "aria-hidden": "true", children: /* @__PURE__ */ r("path", { d: "M2 8H44", class: "line zero", "stroke-width": "2" }) }) }),
      /* @__PURE__ */ r("dd", { children: "nothing flows: a gradient of exactly 0" }),
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("svg", { width: "46", height: "16", "aria-hidden": "true", children: /* @__PURE__ */ r("circle", { cx: "23", cy: "8", r: "4", class: "dot" }) }) }),
      /* @__PURE__ */ r("dd", { children: "a copy: what comes back along the branches adds up here" }),
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("span", { class: "number alarm", children: "NaN" }) }),
      /* @__PURE__ */ r("dd", { children: "no number, or an infinite one" })
    ] }),
    /* @__PURE__ */ r("h2", { children: "The rule" }),
    /* @__PURE__ */ r("p", { children: [
      "Each gate knows only its own inputs and output. It multiplies what arrives from behind by its local gradient, and passes that back: ",
      /* @__PURE__ */ r("b", { children: "local × upstream = passed back" }),
      ". Add hands it on unchanged, multiply swaps its inputs, max sends all of it one way, and a copy adds up."
    ] }),
    /* @__PURE__ */ r("h2", { children: "Keys" }),
    /* @__PURE__ */ r(St, { keys: ms })
  ] });
}

// src/circuit/intro.ts
var pr = v(!1), uo = "chainrule.seen";
function hs() {
  try {
    return localStorage.getItem(uo) !== null;
  } catch {
    return !0;
  }
}
function vs() {
  try {
    localStorage.setItem(uo, "1");
  } catch {
  }
}
function gs() {
  return D.value?.scene?.blocks.find((t) => t.kind === "input" && t.on_gradient_path)?.id ?? null;
}
function lo() {
  j(null), X(gs()), pr.value = !0;
}
async function co() {
  if (hs() || N.value === 0 || N.value > 24) return;
  if (vs(), matchMedia("(prefers-reduced-motion: reduce)").matches) return lo();
  let e = !1, t = (o) => {
    e = !0, (o.type === "pointerdown" || o.key === " ") && j(null);
  };
  addEventListener("keydown", t, { capture: !0, once: !0 }), addEventListener("pointerdown", t, { capture: !0, once: !0 }), await Ce(1e3);
  let n = 3e3 / Math.max(1, te.value.forward), a = 4e3 / Math.max(1, N.value - te.value.forward);
  for (let o = 0; o <= N.value && !e; o += 1)
    j(o), await Ce(Q.value?.pass === "backward" ? a : o === 0 ? 300 : n), $.value !== o && (e = !0);
  removeEventListener("keydown", t, { capture: !0 }), removeEventListener("pointerdown", t, { capture: !0 }), e || lo();
}

// src/circuit/scrubber.tsx
var xs = 700;
function fr() {
  !K.value && ($.value === null || $.value >= N.value) && j(0), K.value = !K.value;
}
function po() {
  let e = K.value;
  xe(() => {
    if (!e) return;
    let s = setInterval(() => {
      ($.value ?? N.value) >= N.value ? K.value = !1 : j(($.value ?? 0) + 1);
    }, xs);
    return () => clearInterval(s);
  }, [e]);
  let t = T.value?.steps ?? [], n = $.value ?? N.value, a = te.value.forward, o = Q.value, i = o === null ? $.value === 0 ? "start" : "all done" : `${o.pass} ${o.number}`, l = (s) => {
    if (s.buttons === 0) return;
    let u = s.currentTarget;
    s.type === "pointerdown" && u.setPointerCapture(s.pointerId);
    let c = u.getBoundingClientRect();
    K.value = !1, j(Math.round((s.clientX - c.left) / c.width * N.value));
  };
  return /* @__PURE__ */ r("footer", { class: "scrubber", children: [
    /* @__PURE__ */ r("div", { class: "buttons", children: [
      /* @__PURE__ */ r("button", { type: "button", title: "back (←)", "aria-label": "one step back", disabled: n === 0, onClick: () => at(-1), children: "◀" }),
      /* @__PURE__ */ r("button", { type: "button", class: "play", title: "play (Space)", "aria-label": e ? "pause" : "play", onClick: fr, children: e ? "❚❚" : "▶" }),
      /* @__PURE__ */ r("button", { type: "button", title: "on (→)", "aria-label": "one step on", disabled: $.value === null || n === N.value, onClick: () => at(1), children: "▶▏" })
    ] }),
    /* @__PURE__ */ r(
      "div",
      {
        class: "track",
        role: "slider",
        tabIndex: 0,
        "aria-label": "step",
        "aria-valuemin": 0,
        "aria-valuemax": N.value,
        "aria-valuenow": n,
        "aria-valuetext": i,
        onPointerDown: l,
        onPointerMove: l,
        children: [
          /* @__PURE__ */ r("span", { class: "name forward", style: { width: `${ot(a)}%` }, children: "forward" }),
          /* @__PURE__ */ r("span", { class: "name backward", style: { width: `${100 - ot(a)}%` }, children: "backward" }),
          /* @__PURE__ */ r("div", { class: "rail", children: [
            /* @__PURE__ */ r("span", { class: "done forward", style: { width: `${ot(Math.min(n, a))}%` } }),
            /* @__PURE__ */ r("span", { class: "done backward", style: { left: `${ot(a)}%`, width: `${ot(Math.max(0, n - a))}%` } }),
            t.length <= 80 && t.map((s, u) => /* @__PURE__ */ r("span", { class: `tick ${s.pass}`, style: { left: `${ot(u + 1)}%` } }, u)),
            /* @__PURE__ */ r("span", { class: "thumb", style: { left: `${ot(n)}%` } })
          ] })
        ]
      }
    ),
    /* @__PURE__ */ r("output", { class: "count", children: i })
  ] });
}
function ot(e) {
  return N.value === 0 ? 0 : e / N.value * 100;
}

// src/circuit/keys.ts
var An = [];
function mr(e) {
  let t = S.value;
  if (t === null) {
    let i = T.value?.blocks.find((l) => l.kind !== "frame");
    i !== void 0 && hr(i.id);
    return;
  }
  let n = ja(e), a = An[An.length - 1], o = a !== void 0 && n.includes(a) ? a : n[0];
  o !== void 0 && (o === a ? An.pop() : An.push(t), hr(o));
}
function fo(e) {
  let t = S.value === null ? void 0 : H.value.get(S.value);
  if (t === void 0) return mr("outs");
  let n = (T.value?.blocks ?? []).filter((o) => o.kind !== "frame" && Math.abs(o.x + o.w / 2 - t.x - t.w / 2) < 60).sort((o, i) => o.y - i.y), a = n[n.findIndex((o) => o.id === t.id) + e];
  a !== void 0 && hr(a.id);
}
function hr(e) {
  X(e), Ke(e), document.querySelector(`[data-block="${CSS.escape(e)}"]`)?.focus();
}
function bs(e) {
  let t = T.value?.steps ?? [], n = (i) => H.value.get(t[i - 1]?.block ?? "")?.frame ?? null, a = $.value ?? N.value, o = n(a);
  do
    a += e;
  while (a > 0 && a < N.value && n(a) === o);
  at(a - ($.value ?? N.value));
}
function ys() {
  V.value ? V.value = !1 : ee.value !== null ? ee.value = null : $.value !== null ? j(null) : X(null);
}
function mo(e) {
  let t = D.value?.inputs.find((n) => `g${n.wire}` === S.value);
  return t === void 0 || t.shape.length > 0 ? !1 : (qt(t, e), !0);
}
function ws() {
  let e = S.value === null ? void 0 : H.value.get(S.value), t = e?.kind === "frame" ? e.id : e?.frame;
  t != null && me(t);
}
var _s = {
  ArrowRight: () => at(1),
  ArrowLeft: () => at(-1),
  ArrowUp: () => mo(1),
  ArrowDown: () => mo(-1),
  Home: () => j(0),
  End: () => j(N.value),
  " ": fr,
  Enter: () => {
    S.value !== null && H.value.get(S.value)?.opens === !0 && me(S.value);
  },
  Backspace: ws,
  Escape: ys,
  b: () => j(te.value.forward + 1),
  f: we,
  0: () => {
    Kt([], null).then(we);
  },
  t: () => {
    Ba(We.value === "lr" ? "tb" : "lr").then(we);
  },
  g: () => {
    Wt.value = !Wt.value;
  },
  "/": () => {
    ee.value = "outline", document.getElementById("search")?.focus();
  },
  e: () => document.getElementById("formula")?.focus(),
  "?": () => {
    V.value = !V.value;
  }
};
function ho(e) {
  if (e.ctrlKey || e.metaKey) return;
  if (e.altKey) {
    let o = { ArrowRight: () => mr("outs"), ArrowLeft: () => mr("ins"), ArrowUp: () => fo(-1), ArrowDown: () => fo(1) }[e.key];
    return o === void 0 ? void 0 : (e.preventDefault(), o());
  }
  let t = e.target;
  if (t.closest("input, select, textarea") !== null && e.key !== "Escape" || (e.key === " " || e.key === "Enter") && t.closest("button, a") !== null) return;
  if (e.shiftKey && (e.key === "ArrowRight" || e.key === "ArrowLeft"))
    return e.preventDefault(), bs(e.key === "ArrowRight" ? 1 : -1);
  let n = _s[e.key];
  if (n === void 0 || V.value && !["Escape", "?"].includes(e.key)) return;
  K.value = e.key === " " ? K.value : !1, n() !== !1 && e.preventDefault();
  let a = Q.value;
  a !== null && Ke(a.block);
}

// src/circuit/outline.tsx
function ks() {
  let e = /* @__PURE__ */ new Map();
  return (T.value?.blocks ?? []).map((t) => {
    let n = t.frame === null ? 1 : (e.get(t.frame) ?? 0) + 1;
    return e.set(t.id, n), { block: t, level: n };
  });
}
function Ms(e) {
  let t = e.kind === "output" ? e.ins[0]?.wire : e.outs[0]?.wire, n = t === void 0 ? void 0 : wt.value.get(t);
  return { value: n?.value?.text ?? "", gradient: n?.gradient?.text ?? "" };
}
function $s(e, t) {
  let n = `${e.name ?? ""} ${e.label} ${e.gate}`.toLowerCase();
  return t.toLowerCase().split(/\s+/).filter((o) => o !== "").every((o) => {
    let [i, l] = o.includes(":") ? [o.slice(0, o.indexOf(":")), o.slice(o.indexOf(":") + 1)] : ["", o], s = wt.value.get(e.outs[0]?.wire ?? "");
    if (i === "op") return e.gate.includes(l);
    if (i === "grad") return l === "0" ? s?.gradient?.zero ?? !1 : s?.gradient !== null;
    if (i === "nan") return s !== void 0 && (s.value?.special != null || s.gradient?.special != null);
    if (i === "re")
      try {
        return new RegExp(l, "i").test(n);
      } catch {
        return !1;
      }
    return go(n, l);
  });
}
function go(e, t) {
  let n = 0;
  for (let a of t) {
    let o = e.indexOf(a, n);
    if (o < 0) return !1;
    n = o + 1;
  }
  return !0;
}
function vr(e) {
  return e === "" || e.includes(":") ? [] : (T.value?.stages ?? []).filter((t) => !t.visible && go(t.path.toLowerCase(), e.toLowerCase())).slice(0, 50);
}
function vo(e) {
  let t = e.path.split("."), n = t.slice(1).map((a, o) => t.slice(0, o + 1).join("."));
  Kt([.../* @__PURE__ */ new Set([...ce.value, ...n])], null).then(() => {
    X(e.id), Ke(e.id);
  });
}
function gr(e) {
  X(e), Ke(e);
}
function Ss(e, t, n) {
  let a = t[n], o = (s) => {
    let u = t[Math.max(0, Math.min(t.length - 1, s))];
    u !== void 0 && (gr(u.block.id), e.currentTarget.parentElement?.querySelector(`[data-leaf="${u.block.id}"]`)?.focus());
  }, { kind: i, opens: l } = a.block;
  if (!(e.altKey || e.ctrlKey || e.metaKey)) {
    if (e.key === "ArrowDown") o(n + 1);
    else if (e.key === "ArrowUp") o(n - 1);
    else if (e.key === "Home") o(0);
    else if (e.key === "End") o(t.length - 1);
    else if (e.key === "ArrowRight" && i !== "frame" && l) me(a.block.id);
    else if (e.key === "ArrowLeft" && i === "frame") me(a.block.id);
    else if (e.key === "ArrowLeft" && a.block.frame !== null) o(t.findIndex((s) => s.block.id === a.block.frame));
    else if (e.key !== "ArrowRight" && e.key !== "ArrowLeft") return;
    e.preventDefault(), e.stopPropagation();
  }
}
function xo() {
  let e = Ft.value.trim(), t = ks().filter((o) => e === "" || $s(o.block, e)), n = t.some((o) => o.block.id === S.value) ? S.value : t[0]?.block.id ?? null, a = (o) => {
    o.stopPropagation();
    let i = o.currentTarget;
    o.key === "Escape" && (Ft.value = "", i.blur()), o.key === "Enter" && t[0] !== void 0 ? gr(t[0].block.id) : o.key === "Enter" && vr(e)[0] !== void 0 && vo(vr(e)[0]);
  };
  return /* @__PURE__ */ r("aside", { class: `panel outline${ee.value === "outline" ? " up" : ""}`, "aria-label": "outline", id: "outline", children: [
    /* @__PURE__ */ r("button", { type: "button", class: "close", "aria-label": "close the outline", onClick: () => ee.value = null, children: "×" }),
    /* @__PURE__ */ r("input", { id: "search", type: "search", placeholder: "search  /", "aria-label": "search the circuit", value: Ft.value, onInput: (o) => Ft.value = o.currentTarget.value, onKeyDown: a }),
    /* @__PURE__ */ r("ul", { role: "tree", "aria-label": "gates in the order of the forward pass", children: t.map(({ block: o, level: i }, l) => {
      let { value: s, gradient: u } = Ms(o);
      return /* @__PURE__ */ r(
        "li",
        {
          role: "treeitem",
          "data-leaf": o.id,
          "aria-level": e === "" ? i : 1,
          "aria-selected": S.value === o.id,
          "aria-expanded": o.kind === "frame" ? !0 : o.opens ? !1 : void 0,
          "aria-label": o.aria,
          tabIndex: n === o.id ? 0 : -1,
          class: o.kind,
          style: { paddingInlineStart: `${(e === "" ? i - 1 : 0) * 12 + 8}px` },
          onClick: () => gr(o.id),
          onDblClick: () => {
            me(o.id);
          },
          onKeyDown: (c) => Ss(c, t, l),
          children: [
            /* @__PURE__ */ r("span", { class: "what", children: [
              `${o.kind === "frame" ? "▾ " : o.kind === "stage" ? "▸ " : ""}${Ps(o)}`,
              /* @__PURE__ */ r("small", { children: Es(o) })
            ] }),
            /* @__PURE__ */ r("span", { class: "value", children: s }),
            /* @__PURE__ */ r("span", { class: "gradient", children: u === "" ? "" : `∂ ${u}` })
          ]
        },
        o.id
      );
    }) }),
    t.length === 0 && H.value.size > 0 && /* @__PURE__ */ r("p", { class: "hint", children: "Nothing drawn is called so." }),
    vr(e).map((o) => /* @__PURE__ */ r("button", { type: "button", class: "found", onClick: () => vo(o), children: `inside closed stages: ${o.path}` }, o.id))
  ] });
}
function Ps(e) {
  if (e.kind === "stage" || e.kind === "frame") return e.name ?? e.label;
  let t = e.name !== null && e.name !== e.label ? ` ${e.name}` : "";
  return `${e.label}${t}`;
}
function Es(e) {
  return e.kind === "output" || e.ins.length === 0 ? "" : e.ins.map((t) => t.name).join(", ");
}

// src/circuit/picture.tsx
function xr(e) {
  return $.value === null || e !== void 0 && e <= $.value || e === 0;
}
function Ts(e, t) {
  return t.ends.map((o) => e.to[o]?.[0]).filter((o) => o !== void 0).map((o) => H.value.get(o)?.kind === "output" ? te.value.forward + 1 : te.value.back.get(o)).reduce((o, i) => o === void 0 || i === void 0 ? o ?? i : Math.max(o, i), void 0) ?? te.value.gradient.get(e.id);
}
function Ls(e) {
  return te.value.value.get(e.id) ?? 0;
}
function Ns(e) {
  let t = e.to.some(([n]) => H.value.get(n)?.kind === "output");
  return te.value.gradient.get(e.id) ?? (t ? te.value.forward + 1 : void 0);
}
function Cs(e, t) {
  let n = Q.value;
  return {
    value: xr(Ls(e)),
    gradient: xr(Ns(e)),
    pieces: e.pieces.map((a) => xr(Ts(e, a))),
    pulse: n?.wires.includes(e.id) === !0 ? n.pass === "backward" ? "back" : "on" : null,
    isOnPath: t
  };
}
function bo({ block: e }) {
  let t = S.value === e.id, n = Q.value?.block === e.id, a = D.value?.inputs.find((c) => `g${c.wire}` === e.id), o = a !== void 0 && a.shape.length === 0, i = ["block", e.kind, t ? "at" : "", n ? `lit ${Q.value?.pass}` : "", o ? "drag" : "", e.on_gradient_path ? "" : "off-path"], l = e.kind === "frame", s = (c) => {
    X(e.id), o && Ja(c, a);
  }, u = e.kind !== "output";
  return /* @__PURE__ */ r(
    "g",
    {
      class: i.filter((c) => c !== "").join(" "),
      "data-block": e.id,
      role: u ? "button" : "img",
      "aria-label": Tn(e),
      "aria-pressed": u ? t : void 0,
      "aria-expanded": l ? !0 : e.opens ? !1 : void 0,
      tabIndex: u ? t ? 0 : -1 : void 0,
      onPointerDown: u ? s : void 0,
      onFocus: u ? () => X(e.id) : void 0,
      onDblClick: () => {
        me(e.id);
      },
      children: /* @__PURE__ */ r(Ln, { block: e })
    }
  );
}
function As(e, t) {
  return e.x < t.x + t.w && t.x < e.x + e.w && e.y < t.y + t.h && t.y < e.y + e.h;
}
function zs(e, t, n, a) {
  let o = t.x + t.w / 2 - n / 2, i = [t.y - a - 8, t.y + t.h + 8, e.top - a + 8, e.top + e.height - 8], l = e.wires.flatMap((f) => f.place === null ? [] : [{ x: f.place.x, y: f.place.value_y - 12, w: 70, h: 34 }]), s = [...e.blocks.filter((f) => f.kind !== "frame"), ...l], { x: u, y: c, k: p } = G.value, h = (f) => (f * p + c < 0 || (f + a) * p + c > J.value.h ? 100 : 0) + (o * p + u < 0 || (o + n) * p + u > J.value.w ? 100 : 0), m = i.map((f) => ({ x: o, y: f, w: n, h: a })), d = (f) => h(f.y) + s.filter((y) => As(f, y)).length;
  return m.reduce((f, y) => d(y) < d(f) ? y : f);
}
function yo({ isLine: e }) {
  let t = Q.value, n = T.value, a = t?.pass === "backward" ? H.value.get(t.block) : void 0, o = a?.card.rows.filter((d) => d.local !== null && d.upstream !== null && d.back !== null).slice(0, 3) ?? [];
  if (a === void 0 || n === null || n.direction === "tb" || o.length === 0 || a.kind === "frame") return null;
  let i = o.map((d) => `${d.input}: ${d.local.text} × ${d.upstream.text} = ${d.back.text}`), l = Math.max(1, 1 / G.value.k), { x: s, y: u, w: c, h: p } = zs(n, a, (Math.max(...i.map((d) => d.length)) * 6.6 + 20) * l, (o.length * 18 + 10) * l), h = a.x + a.w / 2, m = u < a.y;
  return e ? /* @__PURE__ */ r("path", { class: "leader", d: m ? `M${h} ${u + p}V${a.y}` : `M${h} ${u}V${a.y + a.h}` }) : /* @__PURE__ */ r("g", { class: "sums", "aria-hidden": "true", children: [
    /* @__PURE__ */ r("rect", { x: s, y: u, width: c, height: p, rx: 6 * l }),
    i.map((d, f) => /* @__PURE__ */ r("text", { x: h, y: u + (17.5 + f * 18) * l, "font-size": 12.5 * l, "text-anchor": "middle", children: d }, f))
  ] });
}
function Rs({ shown: e }) {
  let t = Math.min(180 / e.width, 110 / e.height), { x: n, y: a, k: o } = G.value, { w: i, h: l } = J.value, s = (u) => {
    let c = u.currentTarget.getBoundingClientRect();
    Ua((u.clientX - c.left) / t + e.left, (u.clientY - c.top) / t + e.top);
  };
  return /* @__PURE__ */ r("svg", { class: "minimap", "aria-hidden": "true", width: e.width * t, height: e.height * t, viewBox: `${e.left} ${e.top} ${e.width} ${e.height}`, onPointerDown: s, children: [
    e.blocks.map((u) => /* @__PURE__ */ r("rect", { x: u.x, y: u.y, width: u.w, height: u.h, class: `${u.kind}${S.value === u.id ? " at" : ""}` }, u.id)),
    /* @__PURE__ */ r("rect", { class: "window", x: -n / o, y: -a / o, width: i / o, height: l / o, "stroke-width": 2 / t })
  ] });
}
function wo() {
  let e = se(null);
  xe(() => qa(e.current), []);
  let t = T.value;
  xe(() => {
    t !== null && !Ve.value && J.value.w > 0 && we();
  }, [t, J.value]);
  let { x: n, y: a, k: o } = G.value, i = new Set(rt.value?.lines), l = t?.blocks.filter((p) => p.kind === "frame") ?? [], s = t?.blocks.filter((p) => p.kind !== "frame") ?? [], u = (t?.blocks.length ?? 0) > 150 && o < 0.7, c = ["circuit", $.value === null ? "" : "stepping", i.size > 0 ? "traced" : "", Wt.value ? "gradient-only" : "", be.value ? "dragging" : "", u ? "dense" : ""];
  return /* @__PURE__ */ r("div", { class: "canvas", children: [
    /* @__PURE__ */ r("svg", { ref: e, class: c.filter((p) => p !== "").join(" "), role: "group", "aria-label": "the circuit", onWheel: $n, children: [
      /* @__PURE__ */ r(Nn, {}),
      /* @__PURE__ */ r("g", { transform: `translate(${n} ${a}) scale(${o})`, children: [
        l.map((p) => /* @__PURE__ */ r(bo, { block: p }, p.id)),
        t?.wires.map((p) => /* @__PURE__ */ r(En, { line: p, shown: Cs(p, i.has(p.id)) }, p.id)),
        /* @__PURE__ */ r(yo, { isLine: !0 }),
        s.map((p) => /* @__PURE__ */ r(bo, { block: p }, p.id)),
        /* @__PURE__ */ r(yo, { isLine: !1 })
      ] })
    ] }),
    t !== null && t.blocks.length >= 60 && /* @__PURE__ */ r(Rs, { shown: t }),
    /* @__PURE__ */ r("div", { class: "tools", role: "toolbar", "aria-label": "view", children: [
      /* @__PURE__ */ r("button", { type: "button", title: "fit (f)", "aria-label": "fit the picture into the window", onClick: we, children: "⤢" }),
      /* @__PURE__ */ r("button", { type: "button", title: "larger", "aria-label": "larger", onClick: () => $n(1.25), children: "+" }),
      /* @__PURE__ */ r("button", { type: "button", title: "smaller", "aria-label": "smaller", onClick: () => $n(0.8), children: "−" })
    ] }),
    $.value !== null && /* @__PURE__ */ r("button", { type: "button", class: "all", onClick: () => j(null), children: "show all numbers" })
  ] });
}

// src/circuit/room.tsx
function Os() {
  let e = Q.value, t = D.value?.note ?? null, n = "Forward values above. Gradients below. Drag any input.";
  return e !== null ? n = e.text : $.value === 0 ? n = "Only the inputs are known. → computes the first gate." : t !== null && (n = t), /* @__PURE__ */ r("p", { class: "caption", children: [
    e !== null && /* @__PURE__ */ r("span", { class: `pass ${e.pass}`, children: `${e.pass} ${e.number}` }),
    /* @__PURE__ */ r("span", { class: "sentence", children: n }),
    pr.value && e === null && /* @__PURE__ */ r("span", { class: "cue", children: [
      _t.value?.kind === "input" && /* @__PURE__ */ r("span", { children: `↔ drags ${_t.value.label}` }),
      /* @__PURE__ */ r("span", { children: "Space plays" }),
      /* @__PURE__ */ r("span", { children: "→ steps" }),
      /* @__PURE__ */ r("span", { children: "? helps" })
    ] })
  ] });
}
function Bs() {
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("main", { class: "circuit-room", children: [
      /* @__PURE__ */ r(xo, {}),
      /* @__PURE__ */ r("section", { class: "centre", "aria-label": "picture", children: [
        /* @__PURE__ */ r(Os, {}),
        /* @__PURE__ */ r(wo, {})
      ] }),
      /* @__PURE__ */ r(ao, {})
    ] }),
    /* @__PURE__ */ r(po, {})
  ] });
}
function Hs() {
  let e = (t, n) => /* @__PURE__ */ r("button", { type: "button", class: "for-small", "aria-expanded": ee.value === t, "aria-controls": t, onClick: () => ee.value = ee.value === t ? null : t, children: n });
  return /* @__PURE__ */ r(x, { children: [
    e("outline", "List"),
    e("card", "Card")
  ] });
}
async function Ds(e) {
  if (e !== or()) {
    if (Ve.value = !1, await Wa(e)) return we();
    D.value === null && (await Va(), await co());
  }
}
var br = {
  key: "c",
  title: "Circuit",
  isThere: () => !0,
  Bar: io,
  Switches: Hs,
  View: Bs,
  Help: so,
  link: M(() => D.value === null || be.value ? null : or()),
  visit: Ds,
  leave: () => {
    K.value = !1;
  },
  onKey: ho
};

// src/socket.ts
var Is = 1e3, jt = v(!1), Pt = null, yr = !1, zn = "", ko = () => {
}, _o = 0, Gt = /* @__PURE__ */ new Map();
function Mo(e) {
  let t = JSON.stringify({ k: "see", ...e });
  t !== zn && (zn = t, jt.value && Pt?.send(t));
}
function $o(e) {
  ko = e;
}
function Fs() {
  return new Promise((e) => requestAnimationFrame(() => setTimeout(e)));
}
async function Ws(e, t) {
  let n = JSON.parse(t);
  if (n.k === "news")
    ko(n), await Fs(), e.readyState === WebSocket.OPEN && e.send(JSON.stringify({ k: "ack", seq: n.seq }));
  else if (n.k === "answer") {
    let a = Gt.get(n.id ?? -1);
    Gt.delete(n.id ?? -1), a?.done({ status: Number(n.status), body: n.body });
  }
}
function Vs() {
  return new Promise((e) => {
    let t = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    t.onopen = () => {
      Pt = t, jt.value = !0, zn !== "" && t.send(zn), e(!0);
    }, t.onmessage = (n) => {
      Ws(t, String(n.data));
    }, t.onclose = () => {
      if (e(!1), Pt === t) {
        Pt = null, jt.value = !1;
        for (let n of Gt.values()) n.failed(new re());
        Gt.clear(), wr || Fe();
      }
    };
  });
}
var wr = !1;
async function Qt() {
  if (!(yr || Pt !== null)) {
    for (yr = !0; !le.value && !await Vs(); ) await Ce(Is);
    yr = !1;
  }
}
function Ks(e, t) {
  let n = Pt;
  if (n === null || e !== "/api/set") return null;
  _o += 1;
  let a = _o;
  return new Promise((o, i) => {
    Gt.set(a, { done: o, failed: i }), n.send(JSON.stringify({ k: "ask", id: a, path: e, body: t }));
  });
}
Ta(Ks);
bt(() => {
  Qt();
});
addEventListener("pagehide", () => wr = !0);
addEventListener("pageshow", () => wr = !1);

// src/run/state.ts
var Us = 1200, qs = 4800, js = 200, Gs = 1e3, w = v(null), qe = v(null), Y = v(null), Rn = v(null), it = v(null), On = v(null), de = v(null), Xt = v(""), R = v(null), Ae = v(null), ke = v(null), he = v("order"), Me = v(null), Jt = v(/* @__PURE__ */ new Set()), je = M(() => nt.value?.run === !0), W = M(() => w.value?.steps.last ?? 0), U = M(() => w.value?.steps.first ?? 0), ve = M(() => R.value ?? W.value), Yt = M(() => new Map(w.value?.wires.map((e) => [e.w, e]))), lt = M(() => new Map(w.value?.layers.map((e) => [e.id, e]))), ae = M(() => {
  let e = w.value?.wires ?? [];
  return (Ae.value === null ? void 0 : Yt.value.get(Ae.value)) ?? e.find((n) => n.role === "parameter" && n.layer !== null) ?? e[0] ?? null;
}), Ge = M(() => {
  let e = ae.value?.fields ?? [];
  if (ke.value !== null && e.includes(ke.value)) return ke.value;
  let t = ke.value === "v" ? "p" : ke.value === "p" ? "v" : "g";
  return e.includes(t) ? t : e[0] ?? null;
});
function Qs(e, t) {
  if (e === null || t.from <= (e.s[0] ?? t.from)) return t;
  let n = e.s.findIndex((i) => i >= t.from), a = e.tries.s.findIndex((i) => i >= t.from), o = (i, l) => l < 0 ? i : i.slice(0, l);
  return {
    from: e.from,
    s: [...o(e.s, n), ...t.s],
    loss: [...o(e.loss, n), ...t.loss],
    lr: [...o(e.lr, n), ...t.lr],
    tries: {
      s: [...o(e.tries.s, a), ...t.tries.s],
      loss: [...o(e.tries.loss, a), ...t.tries.loss],
      accuracy: [...o(e.tries.accuracy, a), ...t.tries.accuracy]
    }
  };
}
function Po(e) {
  return e.w === ae.value?.w && e.f === Ge.value;
}
function Xs(e) {
  B(() => {
    e.run !== void 0 && kr(e.run), e.losses !== void 0 && (qe.value = Qs(qe.value, e.losses)), e.strip !== void 0 && Po(e.strip) && (it.value = e.strip), R.value === null && (e.at !== void 0 && (Y.value = e.at), e.network !== void 0 && (Rn.value = e.network), e.boundary !== void 0 && (On.value = e.boundary));
  }), (qe.value?.s.length ?? 0) > qs ? Mr() : (e.losses?.s.length ?? 0) > js && Sr();
}
function kr(e) {
  let t = w.value;
  w.value = e;
  let n = t !== null && (t.head.id !== e.head.id || e.steps.last < t.steps.last);
  n && R.value !== null && R.value > e.steps.last && (R.value = null), n && Mr(), (t === null || n || t.births !== e.births) && Js(e.births);
}
async function st(e) {
  try {
    return await Ne(e);
  } catch (t) {
    if (t instanceof re) Fe();
    else if (!(t instanceof Le)) throw t;
    return null;
  }
}
async function Mr() {
  qe.value = await st(`/api/run/losses?points=${Us}`), Sr();
}
async function Js(e) {
  de.value = e === 0 ? [] : await st("/api/run/births") ?? [];
}
var $r = new tt(async (e) => {
  let t = e === null ? "" : `?s=${e}`, n = w.value?.has_boundary === !0, [a, o, i] = await Promise.all([
    st(`/api/run/at${t}`),
    st(`/api/run/network${t}`),
    n ? st(`/api/run/boundary${t}`) : null
  ]);
  e === R.value && B(() => {
    Y.value = a, Rn.value = o, On.value = i;
  });
}), Eo = new tt(async ({ w: e, f: t }) => {
  let n = await st(`/api/run/strip?w=${e}&f=${t}&columns=160`);
  (n === null || Po(n)) && (it.value = n);
});
function q(e) {
  let t = w.value !== null, n = e === null || !t ? e : Math.max(U.value, Math.min(W.value, Math.round(e)));
  n !== R.value && (R.value = n, t && $r.put(n));
}
function $e(e, t = ke.value) {
  B(() => {
    Ae.value = e, ke.value = t;
  });
}
async function Zt(e, t) {
  Xt.value = "";
  try {
    let n = await Ne("/api/run/ctl", t === void 0 ? { do: e } : { do: e, to: t });
    (e === "rewind" || e === "step") && q(null), B(() => kr(n)), e !== "pause" && $r.put(R.value);
  } catch (n) {
    if (n instanceof re) Fe();
    else if (n instanceof Le) Xt.value = n.message;
    else throw n;
  }
}
function Sr() {
  let e = Jt.value, t = R.value === null, n = ae.value?.w, a = Ge.value, o = qe.peek()?.s;
  Mo({
    losses: e.has("losses") && o !== void 0 ? (o[o.length - 1] ?? 0) + 1 : null,
    at: t && e.has("at"),
    network: t && e.has("network"),
    strip: e.has("strip") && n !== void 0 && a !== null ? { w: n, f: a } : null,
    boundary: t && e.has("boundary") && w.value?.has_boundary === !0
  });
}
async function _r() {
  let e = await st("/api/run");
  if (e === null) return;
  B(() => {
    kr(e), R.value !== null && R.value > e.steps.last && (R.value = null);
  }), await Promise.all([Mr(), $r.put(R.value)]);
  let [t, n] = [ae.value?.w, Ge.value];
  t !== void 0 && n !== null && await Eo.put({ w: t, f: n });
}
async function Ys() {
  for (; ; )
    await Ce(Gs), !jt.value && !le.value && Jt.value.size > 0 && w.value?.state !== "ended" && await _r();
}
var So = !1;
async function Bn() {
  So || !je.value || (So = !0, $o(Xs), bt(() => {
    _r();
  }), await _r(), ne(Sr), ne(() => {
    let [e, t] = [ae.value?.w, Ge.value];
    e === void 0 || t === null || it.peek()?.w === e && it.peek()?.f === t || (it.value = null, Eo.put({ w: e, f: t }));
  }), Qt(), Ys());
}

// src/paint.tsx
var Zs = ["ground", "panel", "raised", "edge", "strong-edge", "text", "muted", "plus", "minus", "alarm", "fill-plus", "fill-minus", "accent"], Pr = matchMedia("(prefers-color-scheme: dark)"), To = v(Pr.matches);
Pr.addEventListener("change", () => To.value = Pr.matches);
var el = M(() => `${F.value} ${To.value}`);
function tl() {
  let e = getComputedStyle(document.documentElement);
  return Object.fromEntries(Zs.map((t) => [t, e.getPropertyValue(`--${t}`).trim()]));
}
var nl = "11px Helvetica, Arial, 'Liberation Sans', sans-serif";
function ze({ paint: e, ...t }) {
  let n = se(null), [a, o] = Ee({ w: 0, h: 0 }), i = el.value;
  return Ze(() => {
    let l = new ResizeObserver(() => {
      let { clientWidth: s, clientHeight: u } = n.current;
      o((c) => c.w === s && c.h === u ? c : { w: s, h: u });
    });
    return l.observe(n.current), () => l.disconnect();
  }, []), Ze(() => {
    let l = n.current.querySelector("canvas"), s = l.getContext("2d");
    if (s === null || a.w === 0) return;
    let u = Math.min(3, devicePixelRatio);
    l.width = Math.round(a.w * u), l.height = Math.round(a.h * u), s.scale(u, u), s.font = nl, s.textBaseline = "middle", e(s, a.w, a.h, tl());
  }, [e, a, i]), /* @__PURE__ */ r("div", { ref: n, ...t, class: `plate ${t.class ?? ""}`, children: /* @__PURE__ */ r("canvas", { "aria-hidden": "true" }) });
}
function ut(e, t, n, a, o, i) {
  e.save(), e.beginPath(), e.rect(t, n, a, o), e.clip(), e.fillStyle = i.ground, e.fillRect(t, n, a, o), e.strokeStyle = i.alarm, e.lineWidth = 2, e.beginPath();
  for (let l = t - o; l < t + a; l += 5)
    e.moveTo(l, n + o), e.lineTo(l + o, n);
  e.stroke(), e.restore();
}
function Hn(e, t, n) {
  let a = (t - e) / Math.max(1, n);
  if (!(a > 0) || !Number.isFinite(a)) return [];
  let o = 10 ** Math.floor(Math.log10(a)), i = [1, 2, 5, 10].map((s) => s * o).find((s) => s >= a) ?? a, l = [];
  for (let s = Math.ceil(e / i); s * i <= t + i * 1e-9; s += 1) l.push(s * i);
  return l;
}

// src/train/pane.tsx
function Lo(e, t) {
  let n = new Set(Jt.peek());
  n.has(e) !== t && (t ? n.add(e) : n.delete(e), Jt.value = n);
}
function pe({ name: e, title: t, tools: n, empty: a, children: o }) {
  let i = se(null);
  return xe(() => {
    let l = new IntersectionObserver((s) => Lo(e, s[s.length - 1]?.isIntersecting === !0));
    return l.observe(i.current), () => {
      l.disconnect(), Lo(e, !1);
    };
  }, []), /* @__PURE__ */ r("section", { ref: i, class: `pane ${e}`, "aria-label": t, children: [
    /* @__PURE__ */ r("div", { class: "pane-head", children: [
      /* @__PURE__ */ r("h2", { children: t }),
      n
    ] }),
    a === null ? o : /* @__PURE__ */ r("p", { class: "why-empty", children: a })
  ] });
}

// src/train/boundary.tsx
var No = ["#1b9e8f", "#8f6bc9", "#b5a127", "#5c7fa8", "#c06a9a", "#7a8a3a", "#a0715a", "#6b7280"], Co = ["circle", "square", "triangle", "diamond"], rl = 24, ct = v(null);
function Ao(e, t) {
  return e === 0 ? t["fill-minus"] : e === 1 ? t["fill-plus"] : No[(e - 2) % No.length];
}
function zo(e) {
  if (typeof e != "number") return null;
  let t = Math.floor(e);
  return { label: t, sure: Math.min(1, (e - t) * 1.0001) };
}
function al(e, t, n, a, o) {
  e.beginPath(), t === "circle" ? e.arc(n, a, o, 0, 7) : t === "square" ? e.rect(n - o * 0.9, a - o * 0.9, o * 1.8, o * 1.8) : t === "triangle" ? (e.moveTo(n, a - o * 1.15), e.lineTo(n + o * 1.1, a + o * 0.85), e.lineTo(n - o * 1.1, a + o * 0.85), e.closePath()) : (e.moveTo(n, a - o * 1.25), e.lineTo(n + o * 1.25, a), e.lineTo(n, a + o * 1.25), e.lineTo(n - o * 1.25, a), e.closePath()), e.fill(), e.stroke();
}
function Ro(e, t, n, a) {
  let [o, i] = e.x, [l, s] = e.y;
  return [(t.x - o) / (i - o) * n, a - (t.y - l) / (s - l) * a];
}
function ol(e) {
  let t = Number.parseInt(e.slice(1), 16);
  return [t >> 16, t >> 8 & 255, t & 255];
}
function il(e, t) {
  let { n, classes: a, values: o } = e, i = document.createElement("canvas");
  i.width = n, i.height = n;
  let l = i.getContext("2d");
  if (l === null) return i;
  let s = l.createImageData(n, n), u = 1 / Math.max(2, a), c = /* @__PURE__ */ new Map();
  return o.forEach((p, h) => {
    let m = zo(p), d = m?.label ?? -1, f = c.get(d) ?? ol(m === null ? t.alarm : Ao(d, t));
    c.set(d, f);
    let y = m === null ? 1 : Math.max(0, (m.sure - u) / (1 - u)) * 0.62;
    s.data.set([...f, Math.round(y * 255)], 4 * ((n - 1 - Math.floor(h / n)) * n + h % n));
  }), l.putImageData(s, 0, 0), i;
}
function sl(e, t) {
  return (n, a, o, i) => {
    e !== null && (n.fillStyle = i.raised, n.fillRect(0, 0, a, o), n.imageSmoothingQuality = "high", n.drawImage(il(e, i), 0, 0, a, o), e.points.forEach((l, s) => {
      let [u, c] = Ro(e, l, a, o);
      n.fillStyle = Ao(l.label, i), n.strokeStyle = s === t ? i.text : i.ground, n.lineWidth = s === t ? 2.5 : 1, al(n, Co[l.label % Co.length], u, c, s === t ? 7 : 4);
    }));
  };
}
function ll(e, t, n, a, o) {
  let i = null, l = rl;
  return e.points.forEach((s, u) => {
    let [c, p] = Ro(e, s, a, o), h = Math.hypot(c - t, p - n);
    h >= l || (l = h, i = u);
  }), i;
}
function ul(e, t) {
  let n = (o, [i, l]) => Math.max(0, Math.min(e.n - 1, Math.floor((o - i) / (l - i) * e.n))), a = e.values[n(t.y, e.y) * e.n + n(t.x, e.x)];
  return a === void 0 ? null : zo(a);
}
function Er(e, t) {
  return `#/c?x=${e}&xs=${t}`;
}
function cl({ shown: e }) {
  let t = ct.value !== null && ct.value < e.points.length ? ct.value : null, n = Z(() => sl(e, t), [e, t]), a = t === null ? null : e.points[t], o = a === null ? null : ul(e, a), i = (u) => {
    let c = u.currentTarget.getBoundingClientRect();
    return ll(e, u.clientX - c.left, u.clientY - c.top, c.width, c.height);
  }, l = (u) => {
    let c = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[u.key];
    if (c !== void 0) ct.value = ((t ?? (c > 0 ? -1 : 0)) + c + e.points.length) % e.points.length;
    else if (u.key === "Enter" && a !== null) location.hash = Er(a.row, e.s);
    else return;
    u.preventDefault(), u.stopPropagation();
  }, s = a === null ? "no point chosen" : `row ${a.row}: ${g(a.x, 3)}, ${g(a.y, 3)}, class ${a.label}`;
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("div", { class: "plane-focus", role: "slider", tabIndex: 0, "aria-label": "points of the data", "aria-valuemin": 0, "aria-valuemax": e.points.length, "aria-valuenow": t === null ? 0 : t + 1, "aria-valuetext": s, onKeyDown: l, children: /* @__PURE__ */ r(
      ze,
      {
        class: "plane-plate",
        paint: n,
        onPointerMove: (u) => u.pointerType === "mouse" && (ct.value = i(u) ?? ct.value),
        onClick: (u) => {
          let c = i(u);
          c !== null && (ct.value = c, location.hash = Er(e.points[c].row, e.s));
        }
      }
    ) }),
    /* @__PURE__ */ r("p", { class: "plane-key", children: a === null ? /* @__PURE__ */ r("span", { children: "Click a point: its own circuit opens." }) : /* @__PURE__ */ r(x, { children: [
      /* @__PURE__ */ r("a", { href: Er(a.row, e.s), children: `row ${a.row}` }),
      /* @__PURE__ */ r("span", { children: `(${g(a.x, 3)}, ${g(a.y, 3)}), class ${a.label}${o === null ? "" : `; answer ${o.label}, ${_e(o.sure)}`}` })
    ] }) })
  ] });
}
function Oo() {
  if (w.value?.has_boundary !== !0) return null;
  let e = On.value;
  return /* @__PURE__ */ r(pe, { name: "boundary", title: "Decision boundary", empty: e === null ? "No boundary has been drawn yet: the first comes with the first observed step." : null, children: e !== null && /* @__PURE__ */ r(cl, { shown: e }) });
}

// src/train/words.tsx
var dl = { watch: "△", serious: "▲", critical: "✖" }, Tr = { watch: 1, serious: 2, critical: 3 };
function Re(e) {
  return e.reduce((t, n) => Math.max(t, Tr[n.severity]), 0);
}
function Bo(e) {
  return e.reduce((t, n) => t === null || Tr[n.severity] > Tr[t.severity] ? n : t, null);
}
var pl = { dead_units: "dead units", dead_relu: "dead units", update_ratio: "update : data", nonfinite: "NaN or Inf", not_falling: "loss not falling" };
function en(e) {
  return pl[e] ?? e.replaceAll("_", " ");
}
function dt({ verdict: e }) {
  return /* @__PURE__ */ r("span", { class: `verdict ${e.severity}`, children: [
    /* @__PURE__ */ r("span", { "aria-hidden": "true", children: dl[e.severity] }),
    " ",
    en(e.rule),
    /* @__PURE__ */ r("span", { class: "spoken", children: `, ${e.severity}` })
  ] });
}
function Et(e) {
  let t = /dead|saturat/.test(e.rule), n = (a) => t && typeof a == "number" ? _e(a) : g(a, 3);
  return `${n(e.x)}, limit ${n(e.thr)}`;
}
function pt(e) {
  return e === null ? "" : lt.value.get(e)?.name ?? `layer ${e}`;
}

// src/train/focus.ts
var ft = M(() => Ae.value === null ? null : Yt.value.get(Ae.value)?.layer ?? null), Lr = M(() => {
  let e = Y.value?.layers ?? [];
  return he.value === "order" ? e : [...e].sort((t, n) => Re(n.verdicts) - Re(t.verdicts) || t.id - n.id);
}), Ho = M(() => {
  if (ft.value !== null) return ft.value;
  let e = [...Y.value?.layers ?? []].sort((t, n) => Re(n.verdicts) - Re(t.verdicts));
  return e[0] !== void 0 && Re(e[0].verdicts) > 0 ? e[0].id : null;
});
function mt(e) {
  let t = lt.value.get(e);
  if (t === void 0) return;
  let n = ae.value?.role === "activation", [a, o] = n ? [t.activations, t.parameters] : [t.parameters, t.activations], i = a[0] ?? o[0];
  i !== void 0 && $e(i);
}
function Nr(e) {
  let t = Lr.value.map((o) => o.id), n = t.indexOf(ft.value ?? -1), a = n < 0 ? e > 0 ? t[0] : t[t.length - 1] : t[Math.max(0, Math.min(t.length - 1, n + e))];
  a !== void 0 && mt(a);
}

// src/train/health.tsx
var fl = -8, ml = 2;
function Ar(e) {
  return typeof e == "number" && e > 0 ? Math.log10(e) : null;
}
function hl(e) {
  let [t, n] = [fl, ml];
  for (let a of e)
    for (let o of [Ar(a.gradient?.mean ?? 0), Ar(a.gradient?.max ?? 0)])
      if (o !== null) {
        for (; o < t; ) t -= 2;
        for (; o > n; ) n += 2;
      }
  return [t, n];
}
function vl({ health: e, low: t, high: n }) {
  let { gradient: a } = e;
  if (a === null) return /* @__PURE__ */ r("span", { class: "none", title: "no gradient of this layer has been observed yet", children: "not observed yet" });
  let o = (l) => {
    let s = Ar(l);
    return s === null ? 0 : (s - t) / (n - t) * 100;
  }, i = typeof a.mean != "number" || typeof a.max != "number";
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("span", { class: "pair", children: [
      /* @__PURE__ */ r("span", { title: `mean |∂| ${a.mean}`, children: [
        /* @__PURE__ */ r("small", { children: "mean" }),
        " ",
        /* @__PURE__ */ r("b", { "data-num": "mean", class: i ? "number alarm" : "", children: g(a.mean, 3) })
      ] }),
      /* @__PURE__ */ r("span", { title: `max |∂| ${a.max}`, children: [
        /* @__PURE__ */ r("small", { children: "max" }),
        " ",
        /* @__PURE__ */ r("b", { "data-num": "max", class: i ? "number alarm" : "", children: g(a.max, 3) })
      ] })
    ] }),
    /* @__PURE__ */ r("span", { class: `bar${i ? " hatched" : ""}`, "aria-hidden": "true", children: [
      !i && /* @__PURE__ */ r("span", { class: "most", style: { width: `${o(a.max)}%` } }),
      !i && /* @__PURE__ */ r("span", { class: "mean", style: { width: `${o(a.mean)}%` } })
    ] })
  ] });
}
function gl({ health: e }) {
  let t = (e.gradient?.spark ?? []).filter((p) => typeof p[1] == "number"), n = t[t.length - 1];
  if (n === void 0 || t.length < 2) return /* @__PURE__ */ r("span", { class: "none", title: "a line needs two observed steps", children: "–" });
  let [a, o] = [t[0][0], n[0]], i = Math.min(...t.map(([, p]) => p)), l = Math.max(...t.map(([, p]) => p)), s = Math.max(1, l - i), u = (i + l) / 2, c = ([p, h]) => `${((p - a) / Math.max(1, o - a) * 76 + 2).toFixed(1)} ${(13 - (h - u) / s * 20).toFixed(1)}`;
  return /* @__PURE__ */ r("svg", { class: "spark", width: "80", height: "26", viewBox: "0 0 80 26", role: "img", "aria-label": `gradient norm from ${Ue(Number(t[0][1].toFixed(1)))} to ${Ue(Number(n[1].toFixed(1)))}`, children: [
    /* @__PURE__ */ r("path", { d: `M${t.map(c).join("L")}` }),
    /* @__PURE__ */ r("circle", { cx: c(n).split(" ")[0], cy: c(n).split(" ")[1], r: "2.4" })
  ] });
}
function Do({ share: e, marks: t, why: n, name: a }) {
  if (e === null) return /* @__PURE__ */ r("span", { class: "none", title: n, children: "–" });
  let o = t.filter((i) => e > i).length;
  return /* @__PURE__ */ r("span", { class: "share", children: [
    /* @__PURE__ */ r("b", { "data-num": a, title: String(e), children: _e(e) }),
    /* @__PURE__ */ r("span", { class: `strip level-${o}`, "aria-hidden": "true", children: [
      /* @__PURE__ */ r("span", { style: { width: `${Math.max(e > 0 ? 2 : 0, e * 100)}%` } }),
      t.map((i) => /* @__PURE__ */ r("i", { style: { left: `${i * 100}%` } }, i))
    ] })
  ] });
}
var Cr = [-6, 0];
function xl({ ratio: e }) {
  if (e === null) return /* @__PURE__ */ r("span", { class: "none", title: "no update of this layer has been observed yet", children: "–" });
  let t = typeof e == "number", n = t ? Math.max(0, Math.min(1, (e - Cr[0]) / (Cr[1] - Cr[0]))) : 0, a = !t || e < -4 || e > -2;
  return /* @__PURE__ */ r("span", { class: "share", children: [
    /* @__PURE__ */ r("b", { "data-num": "ratio", title: `log10 of update to data: ${e}`, children: t ? g(10 ** e, 2) : g(e) }),
    /* @__PURE__ */ r("span", { class: "ratio", "aria-hidden": "true", children: [
      /* @__PURE__ */ r("span", { class: "well" }),
      t && /* @__PURE__ */ r("i", { class: a ? "off" : "", style: { left: `${n * 100}%` } })
    ] })
  ] });
}
function bl({ verdict: e }) {
  let { w: t } = e;
  return /* @__PURE__ */ r("li", { children: [
    /* @__PURE__ */ r("p", { children: [
      /* @__PURE__ */ r(dt, { verdict: e }),
      " ",
      /* @__PURE__ */ r("span", { class: "measured", children: Et(e) })
    ] }),
    /* @__PURE__ */ r("p", { children: e.why }),
    /* @__PURE__ */ r("p", { children: [
      /* @__PURE__ */ r("b", { children: "Try:" }),
      " ",
      e.try
    ] }),
    typeof t == "number" && /* @__PURE__ */ r("button", { type: "button", class: "chip", onClick: () => $e(t), children: "show its strip" })
  ] });
}
function yl({ health: e, low: t, high: n }) {
  let a = ft.value === e.id, o = Ho.value === e.id && e.verdicts.length > 0;
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("tr", { class: a ? "at" : "", "data-layer": e.id, onClick: () => mt(e.id), children: [
      /* @__PURE__ */ r("th", { scope: "row", children: [
        /* @__PURE__ */ r("button", { type: "button", class: "layer", "aria-pressed": a, onClick: (i) => {
          i.stopPropagation(), mt(e.id);
        }, children: pt(e.id) }),
        /* @__PURE__ */ r("span", { class: "chips", children: e.verdicts.length === 0 ? /* @__PURE__ */ r("span", { class: "verdict fine", children: "✓ healthy" }) : e.verdicts.map((i, l) => /* @__PURE__ */ r(dt, { verdict: i }, l)) })
      ] }),
      /* @__PURE__ */ r("td", { class: "gradient-cell", "data-label": "gradient", children: /* @__PURE__ */ r(vl, { health: e, low: t, high: n }) }),
      /* @__PURE__ */ r("td", { "data-label": "norm", children: /* @__PURE__ */ r(gl, { health: e }) }),
      /* @__PURE__ */ r("td", { "data-label": "dead", children: /* @__PURE__ */ r(Do, { share: e.dead, name: "dead", marks: [0.05, 0.2, 0.5], why: "this layer has no relu: nothing here can die" }) }),
      /* @__PURE__ */ r("td", { "data-label": "saturated", children: /* @__PURE__ */ r(Do, { share: e.saturated, name: "saturated", marks: [0.05, 0.2], why: "this layer has no tanh or sigmoid: nothing here saturates" }) }),
      /* @__PURE__ */ r("td", { "data-label": "update : data", children: /* @__PURE__ */ r(xl, { ratio: e.ratio }) })
    ] }),
    o && /* @__PURE__ */ r("tr", { class: "said", children: /* @__PURE__ */ r("td", { colSpan: 6, children: /* @__PURE__ */ r("ul", { children: e.verdicts.map((i, l) => /* @__PURE__ */ r(bl, { verdict: i }, l)) }) }) })
  ] });
}
function wl() {
  let e = w.value?.alerts ?? [];
  return e.length === 0 ? null : /* @__PURE__ */ r("details", { class: "alerts", children: [
    /* @__PURE__ */ r("summary", { children: `${e.length} alert${e.length === 1 ? "" : "s"}` }),
    /* @__PURE__ */ r("ul", { children: e.slice(-40).reverse().map((t, n) => /* @__PURE__ */ r("li", { children: [
      /* @__PURE__ */ r("button", { type: "button", class: "chip", onClick: () => q(t.s), children: `step ${E(t.s)}` }),
      " ",
      `${en(t.rule)} in ${t.at}: ${Et(t)}`
    ] }, n)) })
  ] });
}
function Io() {
  let e = Lr.value, [t, n] = hl(e), a = [t, (t + n) / 2, n], o = Y.value?.observed;
  return /* @__PURE__ */ r(
    pe,
    {
      name: "at",
      title: "Gradient health",
      tools: /* @__PURE__ */ r(x, { children: [
        o !== void 0 && /* @__PURE__ */ r("span", { class: "note", children: `observed at step ${E(o)}` }),
        /* @__PURE__ */ r(wl, {}),
        /* @__PURE__ */ r("label", { class: "switch", children: [
          "sort by",
          /* @__PURE__ */ r("select", { value: he.value, onChange: (i) => he.value = i.currentTarget.value === "worst" ? "worst" : "order", children: [
            /* @__PURE__ */ r("option", { value: "order", children: "program order" }),
            /* @__PURE__ */ r("option", { value: "worst", children: "worst first" })
          ] })
        ] })
      ] }),
      empty: Y.value === null ? "Nothing has been observed yet: the first step is always observed." : e.length === 0 ? "No module of this circuit has parameters, so there is no layer to judge." : null,
      children: /* @__PURE__ */ r("div", { class: "scroll", children: /* @__PURE__ */ r("table", { class: "health", children: [
        /* @__PURE__ */ r("thead", { children: /* @__PURE__ */ r("tr", { children: [
          /* @__PURE__ */ r("th", { scope: "col", children: "layer" }),
          /* @__PURE__ */ r("th", { scope: "col", children: [
            "gradient",
            /* @__PURE__ */ r("span", { class: "axis", "aria-hidden": "true", children: a.map((i) => /* @__PURE__ */ r("span", { children: Ue(i) }, i)) })
          ] }),
          /* @__PURE__ */ r("th", { scope: "col", children: "norm, last 60" }),
          /* @__PURE__ */ r("th", { scope: "col", children: "dead" }),
          /* @__PURE__ */ r("th", { scope: "col", children: "saturated" }),
          /* @__PURE__ */ r("th", { scope: "col", children: "update : data" })
        ] }) }),
        /* @__PURE__ */ r("tbody", { children: e.map((i) => /* @__PURE__ */ r(yl, { health: i, low: t, high: n }, i.id)) })
      ] }) })
    }
  );
}

// src/train/help.tsx
var _l = [
  ["→  ←", "one step on, back; with Shift a twentieth of all"],
  ["Home  End", "the first step; follow the last"],
  ["Space", "pause the training, go on"],
  [".", "one step"],
  ["r", "go back to a step that is held, and train from there"],
  ["↑  ↓", "choose a layer"],
  ["[  ]", "choose a wire"],
  ["f", "values, gradients, parameters, updates"],
  ["s", "sort layers: program order, worst first"],
  ["l", "log axis of the loss"],
  ["?", "this"]
];
function Fo() {
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("h2", { id: "help-title", children: "How to read it" }),
    /* @__PURE__ */ r("dl", { class: "legend", children: [
      /* @__PURE__ */ r("dt", { children: [
        /* @__PURE__ */ r("span", { class: "verdict watch", children: "△" }),
        " ",
        /* @__PURE__ */ r("span", { class: "verdict serious", children: "▲" }),
        " ",
        /* @__PURE__ */ r("span", { class: "verdict critical", children: "✖" })
      ] }),
      /* @__PURE__ */ r("dd", { children: "a rule was broken: to be watched, serious, critical. Each says its number, its limit and what to try" }),
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("span", { class: "bar sample", children: [
        /* @__PURE__ */ r("span", { class: "most", style: { width: "80%" } }),
        /* @__PURE__ */ r("span", { class: "mean", style: { width: "50%" } })
      ] }) }),
      /* @__PURE__ */ r("dd", { children: "of all |∂| of a layer the mean (full) and the largest (thin), on an axis of powers of ten" }),
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("svg", { width: "46", height: "16", "aria-hidden": "true", children: /* @__PURE__ */ r("path", { d: "M2 8H44", class: "line plus", "stroke-width": "5" }) }) }),
      /* @__PURE__ */ r("dd", { children: "in the network: the wider a wire, the larger the gradient that comes back through it" }),
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("span", { class: "share", children: /* @__PURE__ */ r("span", { class: "ratio", children: [
        /* @__PURE__ */ r("span", { class: "well" }),
        /* @__PURE__ */ r("i", { style: { left: "55%" } })
      ] }) }) }),
      /* @__PURE__ */ r("dd", { children: "how large an update is beside what it updates; the band is well, about a thousandth" }),
      /* @__PURE__ */ r("dt", { children: [
        /* @__PURE__ */ r("span", { class: "number plus", children: "blue" }),
        " ",
        /* @__PURE__ */ r("span", { class: "number minus", children: "−orange" })
      ] }),
      /* @__PURE__ */ r("dd", { children: "in strips: how many numbers are positive, negative, each by its power of ten. What vanishes slides to the middle" }),
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("span", { class: "hatched swatch" }) }),
      /* @__PURE__ */ r("dd", { children: "NaN and infinities, in lanes of their own" })
    ] }),
    /* @__PURE__ */ r("h2", { children: "Time" }),
    /* @__PURE__ */ r("p", { children: "The line below is a time machine: all panels show the step that it stands at. At its end it follows the training. Notches are steps that can be gone back to." }),
    /* @__PURE__ */ r("h2", { children: "Keys" }),
    /* @__PURE__ */ r(St, { keys: _l })
  ] });
}

// src/train/link.ts
function Tt({ s: e = null, w: t = null, f: n = null }) {
  let a = new URLSearchParams();
  e !== null && a.set("s", String(e)), t !== null && a.set("w", String(t)), n !== null && a.set("f", n), he.value === "worst" && a.set("sort", "worst"), Me.value !== null && a.set("log", Me.value ? "1" : "0"), F.value !== "" && a.set("theme", F.value);
  let o = a.toString();
  return o === "" ? "#/t" : `#/t?${o}`;
}
var Vo = M(() => Tt({ s: R.value, w: Ae.value, f: ke.value }));
function Wo(e) {
  let t = Number.parseInt(e ?? "", 10);
  return Number.isFinite(t) && t >= 0 ? t : null;
}
function Ko(e) {
  let t = e.indexOf("?");
  if (!e.startsWith("#/t") || t < 0) return;
  let n = new URLSearchParams(e.slice(t + 1)), a = n.get("f");
  B(() => {
    Ae.value = Wo(n.get("w")), ke.value = a === "v" || a === "g" || a === "p" || a === "u" ? a : null, he.value = n.get("sort") === "worst" ? "worst" : "order", Me.value = n.has("log") ? n.get("log") === "1" : null, F.value = yt(n.get("theme"));
  }), q(Wo(n.get("s")));
}

// src/train/losses.tsx
var Lt = 48, zr = 12, Dn = 14, tn = 20, kl = 20;
function nn(e, t) {
  let n = 0, a = e.length - 1;
  for (; n < a; ) {
    let o = n + a + 1 >> 1;
    e[o] <= t ? n = o : a = o - 1;
  }
  return n;
}
var Rr = M(() => {
  if (Me.value !== null) return Me.value;
  let e = (qe.value?.loss ?? []).filter((n) => typeof n == "number"), t = Math.min(...e);
  return t > 0 && Math.max(...e) > 1e3 * t;
});
function Ml(e, t) {
  let n = (l) => l.filter((s) => typeof s == "number" && (!t || s > 0)), a = [...n(e.loss), ...n(e.tries.loss)];
  if (a.length === 0) return [0, 1];
  let o = Math.min(...a), i = Math.max(...a);
  return t ? [Math.log10(o), Math.max(Math.log10(i), Math.log10(o) + 0.1)] : [Math.min(0, o), i > o ? i : o + 1];
}
function $l(e, t, n, a) {
  let [o, i] = Ml(e, a), l = Math.max(1, W.value - U.value), s = a ? Hn(o, i, 4).filter((u) => i - o < 2 || Number.isInteger(u)) : Hn(o, i, 4);
  return {
    x: (u) => Lt + (u - U.value) / l * (t - Lt - zr),
    y: (u) => n - tn - ((a ? Math.log10(Math.max(u, Number.MIN_VALUE)) : u) - o) / (i - o) * (n - Dn - tn),
    marks: s,
    text: (u) => a ? Number.isInteger(u) ? Ue(u) : g(10 ** u, 2) : g(u, 3)
  };
}
function Sl(e, t, n, a, o, i) {
  e.strokeStyle = o.edge, e.fillStyle = o.muted, e.lineWidth = 1, e.textAlign = "right";
  for (let l of a.marks) {
    let s = Math.round(a.y(i ? 10 ** l : l)) + 0.5;
    e.beginPath(), e.moveTo(Lt, s), e.lineTo(t - zr, s), e.stroke(), e.fillText(a.text(l), Lt - 6, s);
  }
  e.textAlign = "center";
  for (let l of Hn(U.value, W.value, Math.floor(t / 90))) {
    if (!Number.isInteger(l)) continue;
    let s = a.x(l), u = e.measureText(E(l)).width / 2;
    e.fillText(E(l), Math.min(t - u - 1, Math.max(u + 1, s)), n - tn / 2);
  }
}
function Uo(e, t, n, a, o) {
  e.beginPath();
  let i = !1;
  t.forEach((l, s) => {
    let u = n[s];
    if (typeof u != "number" || o && u <= 0) {
      i = !1;
      return;
    }
    i ? e.lineTo(a.x(l), a.y(u)) : e.moveTo(a.x(l), a.y(u)), i = !0;
  }), e.stroke();
}
function Pl(e, t, n, a, o) {
  let i = new Set(t.s.filter((l, s) => typeof t.loss[s] != "number"));
  for (let l of de.value ?? []) i.add(l.s);
  for (let l of i) ut(e, a.x(l) - 3, Dn, 6, n - Dn - tn, o);
  e.fillStyle = o.minus;
  for (let l of w.value?.alerts ?? []) {
    let s = a.x(l.s);
    e.beginPath(), e.moveTo(s - 4, 2), e.lineTo(s + 4, 2), e.lineTo(s, 9), e.fill();
  }
}
function El(e, t, n, a) {
  return (o, i, l, s) => {
    if (e === null || e.s.length === 0) return;
    let u = $l(e, i, l, a);
    Sl(o, i, l, u, s, a), o.lineJoin = "round", o.lineWidth = e.s.length > 500 ? 1 : 1.6, o.strokeStyle = s.plus, Uo(o, e.s, e.loss, u, a), o.lineWidth = 2, o.strokeStyle = s.minus, o.setLineDash([6, 3]), Uo(o, e.tries.s, e.tries.loss, u, a), o.setLineDash([]), o.fillStyle = s.minus, e.tries.s.forEach((c, p) => {
      let h = e.tries.loss[p];
      typeof h == "number" && (o.save(), o.translate(u.x(c), u.y(h)), o.rotate(Math.PI / 4), o.fillRect(-3, -3, 6, 6), o.restore());
    }), Pl(o, e, l, u, s);
    for (let [c, p] of [[n, s.muted], [t, s.text]]) {
      if (c === null) continue;
      let h = Math.round(u.x(c)) + 0.5;
      o.strokeStyle = p, o.lineWidth = 1, o.beginPath(), o.moveTo(h, Dn - 4), o.lineTo(h, l - tn), o.stroke();
      let m = e.loss[nn(e.s, c)];
      typeof m == "number" && (o.fillStyle = p, o.beginPath(), o.arc(h, u.y(m), 3.5, 0, 7), o.fill());
    }
  };
}
function Tl({ shown: e, step: t }) {
  let n = nn(e.s, t), a = nn(e.tries.s, t), o = e.tries.s[a] !== void 0 && e.tries.s[a] <= t ? a : null, i = o === null ? null : e.tries.accuracy[o] ?? null;
  return /* @__PURE__ */ r("dl", { class: "facts", children: [
    /* @__PURE__ */ r("div", { children: [
      /* @__PURE__ */ r("dt", { children: "step" }),
      /* @__PURE__ */ r("dd", { "data-fact": "s", children: E(e.s[n] ?? 0) })
    ] }),
    /* @__PURE__ */ r("div", { children: [
      /* @__PURE__ */ r("dt", { children: [
        /* @__PURE__ */ r("span", { class: "key plus" }),
        " training loss"
      ] }),
      /* @__PURE__ */ r("dd", { "data-fact": "loss", title: String(e.loss[n]), class: typeof e.loss[n] == "number" ? "" : "number alarm", children: g(e.loss[n] ?? "nan") })
    ] }),
    o !== null && /* @__PURE__ */ r("div", { children: [
      /* @__PURE__ */ r("dt", { children: [
        /* @__PURE__ */ r("span", { class: "key minus" }),
        " validation"
      ] }),
      /* @__PURE__ */ r("dd", { "data-fact": "tried", title: String(e.tries.loss[o]), children: g(e.tries.loss[o] ?? "nan") })
    ] }),
    typeof i == "number" && /* @__PURE__ */ r("div", { children: [
      /* @__PURE__ */ r("dt", { children: "accuracy" }),
      /* @__PURE__ */ r("dd", { children: `${g(i * 100, 3)} %` })
    ] }),
    /* @__PURE__ */ r("div", { children: [
      /* @__PURE__ */ r("dt", { children: "rate" }),
      /* @__PURE__ */ r("dd", { "data-fact": "lr", children: g(e.lr[n] ?? "nan", 3) })
    ] })
  ] });
}
function Ll({ shown: e }) {
  let t = Math.max(1, Math.ceil(e.s.length / kl)), n = e.s.map((a, o) => [a, e.loss[o]]).filter((a, o) => o % t === 0 || o === e.s.length - 1);
  return /* @__PURE__ */ r("div", { class: "spoken", children: /* @__PURE__ */ r("table", { children: [
    /* @__PURE__ */ r("caption", { children: "the loss over the steps" }),
    /* @__PURE__ */ r("thead", { children: /* @__PURE__ */ r("tr", { children: [
      /* @__PURE__ */ r("th", { scope: "col", children: "step" }),
      /* @__PURE__ */ r("th", { scope: "col", children: "loss" })
    ] }) }),
    /* @__PURE__ */ r("tbody", { children: n.map(([a, o]) => /* @__PURE__ */ r("tr", { children: [
      /* @__PURE__ */ r("th", { scope: "row", children: a }),
      /* @__PURE__ */ r("td", { children: g(o ?? "nan") })
    ] }, a)) })
  ] }) });
}
function qo() {
  let [e, t] = Ee(null), n = qe.value, a = ve.value, o = Rr.value, i = Z(() => El(n, a, e, o), [n, a, e, o, de.value, w.value]), l = (u) => {
    let c = u.currentTarget.getBoundingClientRect(), p = (u.clientX - c.left - Lt) / (c.width - Lt - zr);
    return Math.round(U.value + Math.max(0, Math.min(1, p)) * (W.value - U.value));
  }, s = n === null || n.s.length === 0;
  return /* @__PURE__ */ r(
    pe,
    {
      name: "losses",
      title: "Loss",
      tools: /* @__PURE__ */ r("label", { class: "switch", children: [
        /* @__PURE__ */ r("input", { type: "checkbox", checked: o, onChange: () => Me.value = !o }),
        "log axis"
      ] }),
      empty: s ? "No step is done yet: the curve begins with the first." : null,
      children: [
        !s && /* @__PURE__ */ r(Tl, { shown: n, step: e ?? a }),
        /* @__PURE__ */ r(
          ze,
          {
            class: "loss-plate",
            paint: i,
            onPointerMove: (u) => t(l(u)),
            onPointerLeave: () => t(null),
            onClick: (u) => q(l(u))
          }
        ),
        !s && /* @__PURE__ */ r(Ll, { shown: n })
      ]
    }
  );
}

// src/train/network.tsx
var Nl = 6;
function jo(e) {
  return e === null ? "plain quiet" : typeof e != "number" ? "alarm" : e === 0 ? "zero" : "plus";
}
function Cl({ shown: e }) {
  return /* @__PURE__ */ r(x, { children: e.wires.map((t, n) => {
    let [a, o] = t.points[Math.floor((t.points.length - 1) / 2)] ?? [0, 0], [i, l] = t.points[Math.floor((t.points.length - 1) / 2) + 1] ?? [a, o];
    return /* @__PURE__ */ r("g", { "data-flow": `${t.from}-${t.to}`, children: [
      /* @__PURE__ */ r("path", { d: ur(t.points), class: `line ${jo(t.gradient)}`, "stroke-width": t.thickness }),
      t.gradient !== null && /* @__PURE__ */ r("text", { x: (a + i) / 2 + Nl + t.thickness / 2, y: (o + l) / 2, class: `flow ${jo(t.gradient)}`, children: [
        `∂ ${g(t.gradient, 3)}`,
        /* @__PURE__ */ r("title", { children: `gradient, L2: ${t.gradient}` })
      ] })
    ] }, n);
  }) });
}
function Go() {
  let e = Rn.value, t = new Map(Y.value?.layers.map((n) => [n.id, n]));
  return /* @__PURE__ */ r(pe, { name: "network", title: "Network", empty: e === null ? "The layers are drawn once the circuit has run." : null, children: [
    e !== null && /* @__PURE__ */ r("div", { class: "scroll", children: /* @__PURE__ */ r("svg", { class: "net", viewBox: `0 0 ${e.width} ${e.height}`, style: { maxWidth: `${e.width}px` }, role: "group", "aria-label": "layers, from the input to the loss", children: [
      /* @__PURE__ */ r(Cl, { shown: e }),
      e.boxes.map((n, a) => {
        let o = n.layer, i = o === null ? null : Bo(t.get(o)?.verdicts ?? []), l = o !== null && ft.value === o, s = o === null ? { role: "img" } : { role: "button", tabIndex: 0, "aria-pressed": l, onClick: () => mt(o), onKeyDown: (u) => (u.key === "Enter" || u.key === " ") && mt(o) };
        return /* @__PURE__ */ r("g", { class: `block gate ${o === null ? "constant" : ""} ${l ? "at" : ""}`, "data-box": a, "aria-label": `${n.name}, ${n.detail}${i === null ? "" : `, ${i.severity}: ${i.why}`}`, ...s, children: [
          /* @__PURE__ */ r("rect", { class: "body", x: n.x, y: n.y, width: n.w, height: n.h, rx: 8 }),
          /* @__PURE__ */ r("text", { class: "label", x: n.x + n.w / 2, y: n.y + (n.detail === "" ? n.h / 2 : n.h / 2 - 8), "text-anchor": "middle", children: n.name }),
          n.detail !== "" && /* @__PURE__ */ r("text", { class: "detail", x: n.x + n.w / 2, y: n.y + n.h / 2 + 9, "text-anchor": "middle", children: n.detail }),
          i !== null && /* @__PURE__ */ r(Al, { x: n.x + n.w, y: n.y, severity: i.severity })
        ] }, a);
      })
    ] }) }),
    e !== null && Y.value !== null && Y.value.run.length > 0 && /* @__PURE__ */ r("ul", { class: "whole", children: Y.value.run.map((n, a) => /* @__PURE__ */ r("li", { children: [
      /* @__PURE__ */ r(dt, { verdict: n }),
      " ",
      n.why,
      " ",
      /* @__PURE__ */ r("em", { children: n.try })
    ] }, a)) })
  ] });
}
function Al({ x: e, y: t, severity: n }) {
  let a = n === "critical" ? "✖" : n === "serious" ? "▲" : "△";
  return /* @__PURE__ */ r("g", { class: `flag ${n}`, "aria-hidden": "true", children: [
    /* @__PURE__ */ r("circle", { cx: e - 2, cy: t + 2, r: 10 }),
    /* @__PURE__ */ r("text", { x: e - 2, y: t + 2, "text-anchor": "middle", children: a })
  ] });
}

// src/train/scrubber.tsx
function Qo(e) {
  let t = (w.value?.rewinds ?? []).filter((n) => n <= e && n < W.value);
  return t.length === 0 ? null : Math.max(...t);
}
function Or() {
  let { state: e, can: t } = w.value ?? { state: "ended", can: [] };
  e === "running" && t.includes("pause") ? Zt("pause") : e === "paused" && t.includes("resume") && Zt("resume");
}
function Br() {
  w.value?.can.includes("step") === !0 && Zt("step");
}
function Hr() {
  let e = Qo(ve.value);
  w.value?.can.includes("rewind") === !0 && e !== null && Zt("rewind", e);
}
function zl() {
  let { state: e, can: t } = w.value;
  if (t.length === 0) return null;
  let n = Qo(ve.value), a = e === "running";
  return /* @__PURE__ */ r("div", { class: "buttons", children: [
    /* @__PURE__ */ r("button", { type: "button", "data-do": "rewind", title: n === null ? "no earlier step is held" : `go back to step ${E(n)} and train from there (r)`, "aria-label": n === null ? "rewind" : `rewind to step ${n}`, disabled: n === null || !t.includes("rewind"), onClick: Hr, children: "↶" }),
    /* @__PURE__ */ r("button", { type: "button", "data-do": "pause", class: "play", title: "pause, go on (Space)", "aria-label": a ? "pause the training" : "resume the training", onClick: Or, children: a ? "❚❚" : "▶" }),
    /* @__PURE__ */ r("button", { type: "button", "data-do": "step", title: "one step (.)", "aria-label": "one step", disabled: !t.includes("step"), onClick: Br, children: "▶▏" })
  ] });
}
function Rl() {
  let { steps: e, rewinds: t, alerts: n } = w.value, a = Math.max(e.last, e.total ?? e.last), o = (s) => `${100 * (s - e.first) / Math.max(1, a - e.first)}%`, i = ve.value, l = (s) => {
    if (s.buttons === 0) return;
    let u = s.currentTarget;
    s.type === "pointerdown" && u.setPointerCapture(s.pointerId);
    let c = u.getBoundingClientRect(), p = Math.round(e.first + (s.clientX - c.left) / c.width * (a - e.first));
    q(p >= e.last ? null : p);
  };
  return /* @__PURE__ */ r(
    "div",
    {
      class: "track time",
      role: "slider",
      tabIndex: 0,
      "aria-label": "step of the training",
      "aria-valuemin": U.value,
      "aria-valuemax": W.value,
      "aria-valuenow": i,
      "aria-valuetext": `step ${i}${R.value === null ? ", following the last" : ""}`,
      onPointerDown: l,
      onPointerMove: l,
      children: /* @__PURE__ */ r("div", { class: "rail", children: [
        /* @__PURE__ */ r("span", { class: "done forward", style: { width: o(e.last) } }),
        t.map((s) => /* @__PURE__ */ r("span", { class: "held", style: { left: o(s) } }, s)),
        n.map((s, u) => /* @__PURE__ */ r("span", { class: "alert", style: { left: o(s.s) } }, u)),
        (de.value ?? []).map((s, u) => /* @__PURE__ */ r("span", { class: "birth", style: { left: o(s.s) } }, u)),
        /* @__PURE__ */ r("span", { class: `thumb${R.value === null ? " following" : ""}`, style: { left: o(i) } })
      ] })
    }
  );
}
function Xo() {
  let e = w.value;
  if (e === null) return null;
  let { observing: t } = e;
  return /* @__PURE__ */ r("footer", { class: "scrubber run-time", children: [
    /* @__PURE__ */ r(zl, {}),
    /* @__PURE__ */ r(Rl, {}),
    /* @__PURE__ */ r("output", { class: "count", children: [
      /* @__PURE__ */ r("b", { "data-fact": "step", children: E(ve.value) }),
      ` of ${E(e.steps.total ?? e.steps.last)}`
    ] }),
    /* @__PURE__ */ r("button", { type: "button", class: "follow", "aria-pressed": R.value === null, title: "follow the last step (End)", onClick: () => q(R.value === null ? W.value : null), children: e.state === "ended" ? "last step" : "follow" }),
    /* @__PURE__ */ r("p", { class: "cost", children: Xt.value !== "" ? /* @__PURE__ */ r("span", { class: "number alarm", role: "alert", children: Xt.value }) : t === null ? "" : `observing costs ${_e(t.share)} of step time` })
  ] });
}

// src/train/bins.ts
var Ol = Math.log2(1.5);
function Jo(e) {
  return e < -40 ? -40 : e - Math.floor(e) < 0.1 ? e + Ol : Math.floor(e) + 1;
}
function Dr(e) {
  let t = Math.min(...e.bins), n = Math.max(...e.bins.map(Jo));
  return { low: Number.isFinite(t) ? Math.floor(t) : -1, high: Number.isFinite(n) ? Math.ceil(n) : 1, hasMinus: e.sign.includes(-1), hasPlus: e.sign.includes(1) };
}
function rn(e, t, n) {
  let a = (n - e.low) / (e.high - e.low);
  return e.hasMinus ? e.hasPlus ? 0.5 + t * a / 2 : 1 - a : a;
}
function Ir(e, t, n) {
  let a = t.bins[n] ?? 0, o = t.sign[n] ?? 1, i = [rn(e, o, Math.max(e.low, a)), rn(e, o, Jo(a))];
  return [Math.min(...i), Math.max(...i)];
}
function Fr(e, t) {
  let n = Math.ceil(e.low * Math.LOG10E * Math.LN2 - 1e-9), a = Math.floor(e.high * Math.LOG10E * Math.LN2 + 1e-9), o = [...e.hasPlus ? [1] : [], ...e.hasMinus ? [-1] : []], i = Math.max(1, Math.ceil((a - n + 1) / Math.max(1, t))), l = [];
  for (let s of o)
    for (let u = a; u >= n; u -= i) {
      let c = rn(e, s, u / (Math.LOG10E * Math.LN2)), p = u === 0 ? "1" : `1e${u < 0 ? "−" : ""}${Math.abs(u)}`;
      (Math.abs(c - 0.5) > 0.04 || o.length === 1) && l.push({ place: c, text: `${s < 0 ? "−" : "+"}${p}` });
    }
  return l;
}

// src/train/strip.tsx
var oe = 50, Be = 13, Wr = 3, Zo = 4, Bl = 20, ei = { v: "values", g: "gradients", p: "parameters", u: "updates" }, Oe = v(null);
function Vr(e, t) {
  return oe + (e - U.value) / Math.max(1, W.value + 1 - U.value) * (t - oe);
}
function Yo(e, t, n) {
  let a = Vr(e.columns[t].s, n), o = e.columns[t + 1];
  return [Math.floor(a), o === void 0 ? n : Math.max(Math.floor(a) + 1, Math.floor(Vr(o.s, n)))];
}
function Hl(e, t) {
  return t === 0 ? 0 : Math.sqrt(e / t);
}
var ti = [
  ["NaN", (e) => e.nan],
  ["±Inf", (e) => e.pinf + e.ninf],
  ["zero", (e) => e.zero]
];
function Dl(e, t, n, a, o) {
  let i = Wr * Be + Zo;
  e.fillStyle = o.raised, e.fillRect(oe, 0, t - oe, Wr * Be), e.fillRect(oe, i, t - oe, n - i), e.fillStyle = o.muted, e.textAlign = "right", ti.forEach(([l], s) => e.fillText(l, oe - 6, s * Be + Be / 2)), e.strokeStyle = o.edge, e.lineWidth = 1;
  for (let { place: l, text: s } of Fr(a, Math.floor((n - i) / 44))) {
    let u = Math.round(n - l * (n - i)) + 0.5;
    e.beginPath(), e.moveTo(oe, u), e.lineTo(t, u), e.stroke(), e.fillText(s, oe - 6, Math.max(i + 5, Math.min(n - 6, u)));
  }
}
function Il(e, t, n) {
  return (a, o, i, l) => {
    if (e === null || e.columns.length === 0) return;
    let s = Dr(e), u = Wr * Be + Zo;
    Dl(a, o, i, s, l);
    let c = e.columns.reduce((m, d) => Math.max(m, ...d.counts.map((f) => f / Math.max(1, d.n))), 0), p = e.bins.map((m, d) => Ir(s, e, d).map((f) => i - f * (i - u)));
    if (e.columns.forEach((m, d) => {
      let [f, y] = Yo(e, d, o);
      m.counts.forEach((b, _) => {
        if (b === 0) return;
        let [k, A] = p[_];
        a.globalAlpha = 0.12 + 0.88 * Hl(b / Math.max(1, m.n), c), a.fillStyle = (e.sign[_] ?? 1) < 0 ? l["fill-minus"] : l["fill-plus"], a.fillRect(f, A, y - f, Math.max(1, k - A));
      }), a.globalAlpha = 1, ti.forEach(([, b], _) => {
        let k = b(m) / Math.max(1, m.n);
        if (k !== 0) {
          if (_ < 2) return ut(a, f, _ * Be + 1, Math.max(3, y - f), Be - 2, l);
          a.globalAlpha = 0.2 + 0.8 * Math.sqrt(k), a.fillStyle = l.muted, a.fillRect(f, _ * Be + 1, y - f, Be - 2), a.globalAlpha = 1;
        }
      });
    }), s.hasMinus && s.hasPlus) {
      let m = Math.round(i - 0.5 * (i - u)) + 0.5;
      a.fillStyle = l.muted, a.fillText("0", oe - 6, m), a.strokeStyle = l["strong-edge"], a.setLineDash([3, 3]), a.beginPath(), a.moveTo(oe, m), a.lineTo(o, m), a.stroke(), a.setLineDash([]);
    }
    a.lineWidth = 1.5, a.strokeStyle = l.text;
    let h = Math.min(o - 1, Vr(n, o));
    if (a.beginPath(), a.moveTo(h, 0), a.lineTo(h, i), a.stroke(), t !== null) {
      let [m, d] = Yo(e, t, o);
      a.strokeRect(m - 0.5, 0.75, d - m + 1, i - 1.5);
    }
  };
}
function Fl(e, t) {
  return (n, a, o, i) => {
    let l = Dr(e), s = o - 16, u = Math.max(1, ...t.counts), c = (m) => 1 + m * (a - 2);
    t.counts.forEach((m, d) => {
      if (m === 0) return;
      let [f, y] = Ir(l, e, d), b = Math.max(1, m / u * (s - 4));
      n.fillStyle = (e.sign[d] ?? 1) < 0 ? i["fill-minus"] : i["fill-plus"], n.fillRect(c(f) + 0.5, s - b, Math.max(1, c(y) - c(f) - 1), b);
    }), n.strokeStyle = i["strong-edge"], n.beginPath(), n.moveTo(0, s + 0.5), n.lineTo(a, s + 0.5), n.stroke(), n.fillStyle = i.muted, n.textAlign = "center";
    let p = [...Fr(l, Math.max(1, Math.floor(a / 110))), ...l.hasMinus && l.hasPlus ? [{ place: rn(l, 1, l.low), text: "0" }] : []], h = -100;
    for (let { place: m, text: d } of p.sort((f, y) => f.place - y.place)) {
      let f = n.measureText(d).width / 2, y = Math.max(f + 1, Math.min(a - f - 1, c(m)));
      y - f < h + 6 || (n.fillText(d, y, o - 7), h = y + f);
    }
  };
}
function Wl({ column: e }) {
  let t = (a, o) => /* @__PURE__ */ r("div", { children: [
    /* @__PURE__ */ r("dt", { children: a }),
    /* @__PURE__ */ r("dd", { "data-stat": a, title: String(o), class: typeof o == "number" ? "" : "number alarm", children: g(o, 3) })
  ] }), n = e.nan + e.pinf + e.ninf;
  return /* @__PURE__ */ r("dl", { class: "facts", children: [
    /* @__PURE__ */ r("div", { children: [
      /* @__PURE__ */ r("dt", { children: "step" }),
      /* @__PURE__ */ r("dd", { "data-stat": "s", children: E(e.s) })
    ] }),
    t("min", e.min),
    t("mean", e.mean),
    t("max", e.max),
    t("std", e.std),
    t("L2", e.l2),
    /* @__PURE__ */ r("div", { children: [
      /* @__PURE__ */ r("dt", { children: "zeros" }),
      /* @__PURE__ */ r("dd", { "data-stat": "zero", title: String(e.zero), children: _e(e.zero / Math.max(1, e.n)) })
    ] }),
    n > 0 && /* @__PURE__ */ r("div", { class: "alarmed", children: [
      /* @__PURE__ */ r("dt", { children: "NaN, Inf" }),
      /* @__PURE__ */ r("dd", { "data-stat": "bad", children: `✖ ${E(e.nan)}, ${E(e.pinf + e.ninf)}` })
    ] })
  ] });
}
function Vl({ shown: e }) {
  let t = Math.max(1, Math.ceil(e.columns.length / Bl));
  return /* @__PURE__ */ r("div", { class: "spoken", children: /* @__PURE__ */ r("table", { children: [
    /* @__PURE__ */ r("caption", { children: "the numbers of this wire over the steps" }),
    /* @__PURE__ */ r("thead", { children: /* @__PURE__ */ r("tr", { children: ["step", "min", "mean", "max", "zeros", "NaN", "infinite"].map((n) => /* @__PURE__ */ r("th", { scope: "col", children: n }, n)) }) }),
    /* @__PURE__ */ r("tbody", { children: e.columns.filter((n, a) => a % t === 0 || a === e.columns.length - 1).map((n) => /* @__PURE__ */ r("tr", { children: [
      /* @__PURE__ */ r("th", { scope: "row", children: n.s }),
      /* @__PURE__ */ r("td", { children: g(n.min) }),
      /* @__PURE__ */ r("td", { children: g(n.mean) }),
      /* @__PURE__ */ r("td", { children: g(n.max) }),
      /* @__PURE__ */ r("td", { children: n.zero }),
      /* @__PURE__ */ r("td", { children: n.nan }),
      /* @__PURE__ */ r("td", { children: n.pinf + n.ninf })
    ] }, n.s)) })
  ] }) });
}
function Kl() {
  let e = w.value?.wires ?? [], t = ae.value, n = /* @__PURE__ */ new Map();
  for (let a of e) n.set(pt(a.layer) || "other", [...n.get(pt(a.layer) || "other") ?? [], a]);
  return /* @__PURE__ */ r("div", { class: "strip-tools", children: [
    /* @__PURE__ */ r("select", { class: "wires", "aria-label": "wire", value: t === null ? "" : String(t.w), onChange: (a) => $e(Number(a.currentTarget.value)), children: [...n].map(([a, o]) => /* @__PURE__ */ r("optgroup", { label: a, children: o.map((i) => /* @__PURE__ */ r("option", { value: String(i.w), children: `${i.name} [${i.shape.join(", ")}]` }, i.w)) }, a)) }),
    /* @__PURE__ */ r("div", { class: "fields", role: "group", "aria-label": "what of it", children: (t?.fields ?? []).map((a) => /* @__PURE__ */ r("button", { type: "button", "aria-pressed": a === Ge.value, onClick: () => t !== null && $e(t.w, a), children: ei[a] }, a)) })
  ] });
}
function Ul({ shown: e }) {
  let t = ve.value, n = Z(() => e.columns.map((c) => c.s), [e]), a = nn(n, Oe.value ?? t), o = e.columns[a], i = Z(() => Il(e, Oe.value === null ? null : a, t), [e, a, Oe.value, t, W.value]), l = Z(() => Fl(e, o), [e, o]), s = (c) => {
    let p = c.currentTarget.getBoundingClientRect(), h = Math.max(0, Math.min(1, (c.clientX - p.left - oe) / (p.width - oe)));
    return U.value + h * (W.value - U.value);
  }, u = (c) => {
    let p = { ArrowLeft: a - 1, ArrowRight: a + 1, Home: 0, End: n.length - 1 }[c.key];
    if (c.key === "Enter") q(o.s);
    else if (c.key === "Escape" && Oe.value !== null) Oe.value = null;
    else if (p !== void 0) Oe.value = n[Math.max(0, Math.min(n.length - 1, p))] ?? null;
    else return;
    c.preventDefault(), c.stopPropagation();
  };
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r(
      "div",
      {
        class: "heat-focus",
        role: "slider",
        tabIndex: 0,
        "aria-label": "step of the distribution",
        "aria-valuemin": 0,
        "aria-valuemax": n.length - 1,
        "aria-valuenow": a,
        "aria-valuetext": `step ${o.s}: from ${g(o.min, 3)} to ${g(o.max, 3)}${o.nan + o.pinf + o.ninf > 0 ? ", with NaN or infinities" : ""}`,
        onKeyDown: u,
        onBlur: () => Oe.value = null,
        children: /* @__PURE__ */ r(
          ze,
          {
            class: "heat-plate",
            paint: i,
            onPointerMove: (c) => Oe.value = Math.round(s(c)),
            onPointerLeave: () => Oe.value = null,
            onClick: () => q(o.s)
          }
        )
      }
    ),
    /* @__PURE__ */ r("p", { class: "heat-key", "aria-hidden": "true", children: [
      /* @__PURE__ */ r("span", { children: `step ${E(U.value)}` }),
      /* @__PURE__ */ r("span", { class: "ramp", children: [
        "few ",
        /* @__PURE__ */ r("i", {}),
        " many"
      ] }),
      /* @__PURE__ */ r("span", { children: E(W.value) })
    ] }),
    /* @__PURE__ */ r(ze, { class: "section-plate", paint: l }),
    /* @__PURE__ */ r(Wl, { column: o }),
    /* @__PURE__ */ r(Vl, { shown: e })
  ] });
}
function ni() {
  let e = it.value, t = ae.value, n = null;
  return t === null ? n = "Nothing of this run was summarised: it has no wires to choose from." : e === null ? n = "Asking for its numbers …" : e.columns.length === 0 && (n = `The ${ei[e.f]} of ${t.name} have not been observed yet.`), /* @__PURE__ */ r(pe, { name: "strip", title: "Numbers over training", tools: t === null ? void 0 : /* @__PURE__ */ r(Kl, {}), empty: n, children: e !== null && e.columns.length > 0 && /* @__PURE__ */ r(Ul, { shown: e }) });
}

// src/train/room.tsx
var ql = { done: "done", nan: "stopped at a NaN", interrupted: "interrupted" };
function jl() {
  let e = w.value;
  if (e === null) return /* @__PURE__ */ r("div", { class: "run-bar" });
  let t = e.head.argv.slice(1).join(" "), n = e.state === "ended" ? e.end === null ? "ended" : ql[e.end.why] : e.state;
  return /* @__PURE__ */ r("div", { class: "run-bar", children: [
    /* @__PURE__ */ r("span", { class: `state ${e.state} ${e.end?.why ?? ""}`, children: n }),
    /* @__PURE__ */ r("code", { title: e.head.argv.join(" "), children: t === "" ? e.head.id : t }),
    e.per_second !== null && e.state === "running" && /* @__PURE__ */ r("span", { class: "note", children: `${E(Math.round(e.per_second))} steps/s` })
  ] });
}
function Gl() {
  let t = (de.value ?? [])[0];
  return t === void 0 ? null : /* @__PURE__ */ r("a", { class: "born", href: "#/w?n=0", children: [
    /* @__PURE__ */ r("span", { "aria-hidden": "true", children: "✖" }),
    /* @__PURE__ */ r("span", { children: t.text.split(`
`)[0] }),
    /* @__PURE__ */ r("b", { children: "What went wrong →" })
  ] });
}
function Ql() {
  return w.value === null ? /* @__PURE__ */ r("main", { class: "train-room waiting", children: /* @__PURE__ */ r("p", { class: "why-empty", children: je.value ? "Asking for the run …" : "There is no run to look at: chainrule train digits --web shows one while it trains, chainrule view FILE.run.jsonl one from a file." }) }) : /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("main", { class: `train-room${w.value.has_boundary ? " planar" : ""}`, children: [
      /* @__PURE__ */ r(Gl, {}),
      /* @__PURE__ */ r(qo, {}),
      /* @__PURE__ */ r(Oo, {}),
      /* @__PURE__ */ r(Go, {}),
      /* @__PURE__ */ r(Io, {}),
      /* @__PURE__ */ r(ni, {})
    ] }),
    /* @__PURE__ */ r(Xo, {})
  ] });
}
function ri(e, t) {
  let n = Math.max(1, Math.round(W.value / 20)), a = ve.value + e * (t ? n : 1);
  q(a >= W.value ? null : a);
}
function Xl() {
  let e = ae.value;
  if (e === null) return;
  let t = e.fields[(e.fields.indexOf(Ge.value ?? "g") + 1) % e.fields.length];
  t !== void 0 && $e(e.w, t);
}
function ai(e) {
  let t = w.value?.wires ?? [], n = t.findIndex((o) => o.w === ae.value?.w), a = t[Math.max(0, Math.min(t.length - 1, n + e))];
  a !== void 0 && $e(a.w);
}
var Jl = {
  ArrowRight: (e) => ri(1, e.shiftKey),
  ArrowLeft: (e) => ri(-1, e.shiftKey),
  Home: () => q(U.value),
  End: () => q(null),
  ArrowUp: () => Nr(-1),
  ArrowDown: () => Nr(1),
  "[": () => ai(-1),
  "]": () => ai(1),
  f: Xl,
  s: () => he.value = he.value === "worst" ? "order" : "worst",
  l: () => Me.value = !Rr.value,
  " ": Or,
  ".": Br,
  r: Hr,
  "?": () => V.value = !V.value
};
function Yl(e) {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  let t = e.target;
  if (t.closest("input, select, textarea, dialog") !== null || (e.key === " " || e.key === "Enter") && t.closest("button, a, summary, [role=button]") !== null) return;
  let n = Jl[e.key];
  n !== void 0 && (n(e), e.preventDefault());
}
var oi = {
  key: "t",
  title: "Train",
  isThere: () => je.value,
  Bar: jl,
  View: Ql,
  Help: Fo,
  link: Vo,
  visit: async (e) => {
    Ko(e), await Bn();
  },
  onKey: Yl
};

// src/wrong/before.tsx
var an = 52, ii = 14, Nt = 10, Kr = 22, Zl = 12;
function eu(e) {
  let t = e.flatMap((i) => [i.min, i.max]).filter((i) => typeof i == "number"), n = t.filter((i) => i !== 0).map((i) => Math.log10(Math.abs(i))), a = n.length === 0 ? 0 : Math.ceil(Math.max(...n) + 1e-9), o = n.length === 0 ? -1 : Math.max(a - Zl, Math.floor(Math.min(...n)) - 1);
  return { low: o, high: Math.max(a, o + 1), hasMinus: t.some((i) => i < 0), hasPlus: !t.every((i) => i < 0) };
}
function tu(e, t) {
  let n = t === 0 ? 0 : Math.max(0, Math.min(1, (Math.log10(Math.abs(t)) - e.low) / (e.high - e.low)));
  return e.hasMinus ? e.hasPlus ? 0.5 + Math.sign(t) * n / 2 : 1 - n : n;
}
function nu(e, t) {
  return (n, a, o, i) => {
    let l = eu(e), s = e[0].s, u = (d) => an + (d - s) / Math.max(1, t - s) * (a - an - ii), c = (d) => Nt + (1 - tu(l, d)) * (o - Nt - Kr), p = [...l.hasPlus ? [1] : [], ...l.hasMinus ? [-1] : []], h = Math.max(1, Math.ceil((l.high - l.low) / (o / p.length / 26)));
    n.textAlign = "right", n.lineWidth = 1;
    let m = (d, f, y) => {
      n.strokeStyle = y, n.fillStyle = i.muted, n.beginPath(), n.moveTo(an, Math.round(d) + 0.5), n.lineTo(a - ii, Math.round(d) + 0.5), n.stroke(), n.fillText(f, an - 6, d);
    };
    for (let d of p) for (let f = l.high; f > l.low; f -= h) m(c(d * 10 ** f), `${d < 0 ? "−" : ""}${Ue(f)}`, i.edge);
    m(c(0), "0", i["strong-edge"]);
    for (let [d, f, y] of [["max", i.plus, []], ["min", i.minus, [6, 3]]])
      n.strokeStyle = f, n.fillStyle = f, n.lineWidth = 2, n.setLineDash([...y]), n.beginPath(), e.forEach((b) => typeof b[d] == "number" && n.lineTo(u(b.s), c(b[d]))), n.stroke(), n.setLineDash([]), e.forEach((b) => typeof b[d] == "number" && n.fillRect(u(b.s) - 2, c(b[d]) - 2, 4, 4));
    for (let d of e) (d.nan > 0 || typeof d.min != "number" || typeof d.max != "number") && ut(n, u(d.s) - 3, Nt, 6, o - Nt - Kr, i);
    ut(n, u(t) - 4, Nt, 8, o - Nt - Kr, i), n.fillStyle = i.muted, n.textAlign = "left", n.fillText(E(s), an, o - 9), n.textAlign = "right", n.fillStyle = i.alarm, n.fillText(`born at ${E(t)}`, a - 2, o - 9);
  };
}
function si(e) {
  return /* @__PURE__ */ r("td", { children: g(e) });
}
function li({ past: e, born: t, name: n }) {
  let a = Z(() => nu(e, t), [e, t]);
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("p", { class: "facts", children: [
      /* @__PURE__ */ r("span", { children: [
        /* @__PURE__ */ r("span", { class: "key" }),
        " max"
      ] }),
      /* @__PURE__ */ r("span", { children: [
        /* @__PURE__ */ r("span", { class: "key minus" }),
        " min"
      ] }),
      /* @__PURE__ */ r("span", { class: "note", children: `of ${n}, by powers of ten around zero` })
    ] }),
    /* @__PURE__ */ r(ze, { class: "before-plate", paint: a }),
    /* @__PURE__ */ r("div", { class: "spoken", children: /* @__PURE__ */ r("table", { children: [
      /* @__PURE__ */ r("caption", { children: `${n} in the steps before` }),
      /* @__PURE__ */ r("thead", { children: /* @__PURE__ */ r("tr", { children: [
        /* @__PURE__ */ r("th", { scope: "col", children: "step" }),
        /* @__PURE__ */ r("th", { scope: "col", children: "min" }),
        /* @__PURE__ */ r("th", { scope: "col", children: "max" })
      ] }) }),
      /* @__PURE__ */ r("tbody", { children: e.map((o) => /* @__PURE__ */ r("tr", { children: [
        /* @__PURE__ */ r("th", { scope: "row", children: o.s }),
        si(o.min),
        si(o.max)
      ] }, o.s)) })
    ] }) })
  ] });
}

// src/wrong/still.tsx
function ru(e) {
  return (e.value?.special ?? null) !== null || (e.gradient?.special ?? null) !== null;
}
function au(e) {
  return new Set(e.wires.filter(ru).map((t) => t.from));
}
function ui({ scene: e, born: t }) {
  let n = au(e), a = (s) => ({ value: !0, gradient: !0, pieces: s.pieces.map(() => !0), pulse: null, isOnPath: !1 }), o = (s) => {
    let u = s.id === t, c = ["block", s.kind, u ? "birthplace" : n.has(s.id) && s.kind !== "input" ? "ill" : ""].filter((p) => p !== "").join(" ");
    return /* @__PURE__ */ r("g", { class: c, "data-still": s.id, "data-born": u ? "" : void 0, children: /* @__PURE__ */ r(Ln, { block: s }) }, s.id);
  }, i = e.blocks.filter((s) => s.kind === "frame"), l = e.blocks.filter((s) => s.kind !== "frame");
  return /* @__PURE__ */ r("div", { class: "still", children: [
    /* @__PURE__ */ r("svg", { class: "circuit", viewBox: `${e.left} ${e.top} ${e.width} ${e.height}`, style: { maxWidth: `${e.width * 1.5}px` }, "aria-hidden": "true", children: [
      /* @__PURE__ */ r(Nn, {}),
      i.map(o),
      e.wires.map((s) => /* @__PURE__ */ r(En, { line: s, shown: a(s) }, s.id)),
      l.map(o)
    ] }),
    /* @__PURE__ */ r("ol", { class: "spoken", children: e.blocks.map((s) => /* @__PURE__ */ r("li", { children: `${s.id === t ? "here it was born: " : ""}${Tn(s)}` }, s.id)) })
  ] });
}

// src/wrong/birth.tsx
var ou = { fwd: "forward", bwd: "backward", upd: "update" };
function on({ value: e }) {
  return /* @__PURE__ */ r("span", { class: `number ${Mt(e)}`, title: String(e), children: g(e) });
}
function ci({ one: e }) {
  let { v: t, min: n, max: a } = e;
  return /* @__PURE__ */ r("tr", { children: [
    /* @__PURE__ */ r("th", { scope: "row", children: e.name }),
    /* @__PURE__ */ r("td", { "data-read": e.w, children: t != null ? /* @__PURE__ */ r(on, { value: t }) : n !== void 0 && a !== void 0 ? /* @__PURE__ */ r(x, { children: [
      "from ",
      /* @__PURE__ */ r(on, { value: n }),
      " to ",
      /* @__PURE__ */ r(on, { value: a })
    ] }) : "not kept" })
  ] });
}
function iu({ birth: e }) {
  let t = e.pass === "bwd", n = t ? e.of_in : e.in;
  return /* @__PURE__ */ r("table", { class: "reads", children: [
    /* @__PURE__ */ r("caption", { children: t ? "What met there" : "What it was given" }),
    /* @__PURE__ */ r("tbody", { children: [
      n.map((a) => /* @__PURE__ */ r(ci, { one: a }, `i${a.w}`)),
      e.local.map((a, o) => /* @__PURE__ */ r("tr", { children: [
        /* @__PURE__ */ r("th", { scope: "row", children: "local gradient" }),
        /* @__PURE__ */ r("td", { children: /* @__PURE__ */ r(on, { value: a }) })
      ] }, `l${o}`)),
      e.up !== void 0 && e.up !== null && /* @__PURE__ */ r("tr", { children: [
        /* @__PURE__ */ r("th", { scope: "row", children: "upstream" }),
        /* @__PURE__ */ r("td", { children: /* @__PURE__ */ r(on, { value: e.up }) })
      ] }),
      t && e.in.map((a) => /* @__PURE__ */ r(ci, { one: { ...a, name: `${e.op} of ${a.name}` } }, `g${a.w}`)),
      /* @__PURE__ */ r("tr", { class: "gave", children: [
        /* @__PURE__ */ r("th", { scope: "row", children: `gave, at ${e.at.length === 0 ? "its only element" : `[${e.at.join(", ")}]`}` }),
        /* @__PURE__ */ r("td", { children: /* @__PURE__ */ r("b", { class: "number alarm", children: `✖ ${e.kind === "nan" ? "NaN" : "infinity"}` }) })
      ] })
    ] })
  ] });
}
function Ur(e) {
  return e.module === "" ? e.op : `${e.module}.${e.op}`;
}
function su({ birth: e }) {
  return e.path.length === 0 ? /* @__PURE__ */ r("p", { class: "note", children: "It reached nothing else: the circuit ends there." }) : /* @__PURE__ */ r("ol", { class: "path", children: e.path.map((t, n) => /* @__PURE__ */ r("li", { class: n === 0 ? "first" : "", children: Ur(t) }, n)) });
}
function di({ birth: e }) {
  let t = e.of_op === "" ? e.op : e.of_op, [n, ...a] = e.text.split(`
`);
  return /* @__PURE__ */ r("article", { class: "birth-view", "aria-labelledby": "born", children: [
    /* @__PURE__ */ r("h2", { id: "born", children: n }),
    /* @__PURE__ */ r("div", { class: "birth-grid", children: [
      /* @__PURE__ */ r("figure", { class: "mini", children: [
        /* @__PURE__ */ r("figcaption", { children: `${Ur({ op: t, module: e.module })} and its neighbours, ${ou[e.pass]} pass of step ${E(e.s)}` }),
        e.mini !== null ? /* @__PURE__ */ r(ui, { scene: e.mini, born: e.mini_gate }) : /* @__PURE__ */ r("p", { class: "why-empty", children: "This run file holds no circuit that could be drawn." })
      ] }),
      /* @__PURE__ */ r("div", { class: "told", children: [
        /* @__PURE__ */ r(iu, { birth: e }),
        /* @__PURE__ */ r("dl", { class: "where", children: [
          /* @__PURE__ */ r("dt", { children: "where" }),
          /* @__PURE__ */ r("dd", { children: [...e.within ?? [], Ur({ op: t, module: e.module })].join(" › ") }),
          typeof e.src == "string" && /* @__PURE__ */ r(x, { children: [
            /* @__PURE__ */ r("dt", { children: "source" }),
            /* @__PURE__ */ r("dd", { children: /* @__PURE__ */ r("code", { children: e.src }) })
          ] })
        ] }),
        typeof e.try == "string" && /* @__PURE__ */ r("p", { class: "try", children: [
          /* @__PURE__ */ r("b", { children: "Try" }),
          " ",
          e.try
        ] })
      ] })
    ] }),
    /* @__PURE__ */ r("div", { class: "birth-grid", children: [
      /* @__PURE__ */ r("section", { class: "past", "aria-labelledby": "past", children: [
        /* @__PURE__ */ r("h3", { id: "past", children: "The steps before" }),
        e.before.length > 0 && e.before_wire !== null ? /* @__PURE__ */ r(x, { children: [
          /* @__PURE__ */ r(li, { past: e.before, born: e.s, name: e.before_wire.name }),
          /* @__PURE__ */ r("a", { href: Tt({ s: e.s, w: e.before_wire.w }), children: "its strip over the training" })
        ] }) : /* @__PURE__ */ r("p", { class: "note", children: "No wire near it had been observed before this step." })
      ] }),
      /* @__PURE__ */ r("section", { class: "went", "aria-labelledby": "went", children: [
        /* @__PURE__ */ r("h3", { id: "went", children: "The way it took" }),
        /* @__PURE__ */ r(su, { birth: e }),
        a.length > 0 && /* @__PURE__ */ r("details", { children: [
          /* @__PURE__ */ r("summary", { children: "as the terminal says it" }),
          /* @__PURE__ */ r("pre", { children: e.text })
        ] })
      ] })
    ] })
  ] });
}

// src/wrong/findings.tsx
function lu(e, t) {
  return e.w ?? lt.value.get(t)?.parameters[0] ?? lt.value.get(t)?.activations[0] ?? null;
}
function uu({ verdict: e, layer: t, step: n }) {
  let a = t === null ? null : lu(e, t);
  return /* @__PURE__ */ r("li", { "data-finding": e.rule, children: [
    /* @__PURE__ */ r("p", { children: [
      /* @__PURE__ */ r(dt, { verdict: e }),
      " ",
      /* @__PURE__ */ r("b", { children: t === null ? "the whole run" : pt(t) }),
      " ",
      /* @__PURE__ */ r("span", { class: "measured", children: Et(e) })
    ] }),
    /* @__PURE__ */ r("p", { children: e.why }),
    /* @__PURE__ */ r("p", { children: [
      /* @__PURE__ */ r("b", { children: "Try:" }),
      " ",
      e.try
    ] }),
    /* @__PURE__ */ r("a", { href: Tt({ s: n, w: a }), children: a === null ? "see the step" : `see ${Yt.value.get(a)?.name ?? "it"} over the training` })
  ] });
}
function cu(e) {
  let t = /* @__PURE__ */ new Map();
  for (let n of e) {
    let a = `${n.rule} ${n.at}`, o = t.get(a);
    t.set(a, o === void 0 ? { alert: n, times: 1 } : { alert: o.alert, times: o.times + 1 });
  }
  return [...t.values()];
}
function du() {
  let e = cu(w.value?.alerts ?? []);
  return e.length === 0 ? /* @__PURE__ */ r("p", { class: "note", children: "No rule raised an alert on the way." }) : /* @__PURE__ */ r("ul", { class: "noticed", children: e.map(({ alert: t, times: n }) => {
    let a = w.value?.wires.find((o) => o.name === t.at);
    return /* @__PURE__ */ r("li", { children: [
      /* @__PURE__ */ r("a", { href: Tt({ s: t.s, w: a?.w ?? null }), children: `step ${E(t.s)}` }),
      " ",
      `${en(t.rule)} in ${t.at}: ${Et(t)}${n > 1 ? `, ${n} times since` : ""}`
    ] }, `${t.rule} ${t.at}`);
  }) });
}
function pi() {
  let e = Y.value, t = (e?.layers ?? []).flatMap((a) => a.verdicts.map((o) => ({ verdict: o, layer: a.id }))), n = [...(e?.run ?? []).map((a) => ({ verdict: a, layer: null })), ...t].sort((a, o) => Re([o.verdict]) - Re([a.verdict]));
  return /* @__PURE__ */ r(pe, { name: "at", title: "Layers", tools: e === null ? void 0 : /* @__PURE__ */ r("span", { class: "note", children: `at step ${E(e.s)}, observed at ${E(e.observed)}` }), empty: e === null ? "Nothing has been observed yet." : null, children: [
    n.length === 0 ? /* @__PURE__ */ r("p", { class: "fine-all", children: "✓ Nothing to find: no layer is dead, vanishing, exploding or saturated at this step." }) : /* @__PURE__ */ r("ul", { class: "findings", children: n.map(({ verdict: a, layer: o }, i) => /* @__PURE__ */ r(uu, { verdict: a, layer: o, step: e.s }, i)) }),
    /* @__PURE__ */ r("h3", { children: "Noticed on the way" }),
    /* @__PURE__ */ r(du, {})
  ] });
}

// src/wrong/help.tsx
function fi() {
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("h2", { id: "help-title", children: "How to read it" }),
    /* @__PURE__ */ r("dl", { class: "legend", children: [
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("span", { class: "hatched swatch" }) }),
      /* @__PURE__ */ r("dd", { children: "the gate where the first NaN or infinity was born: what it was given were numbers, what it gave is none. After it, all that is hatched is ill because of it" }),
      /* @__PURE__ */ r("dt", { children: /* @__PURE__ */ r("span", { class: "number alarm", children: "NaN" }) }),
      /* @__PURE__ */ r("dd", { children: "no number, or an infinite one" }),
      /* @__PURE__ */ r("dt", { children: [
        /* @__PURE__ */ r("span", { class: "key plus" }),
        " ",
        /* @__PURE__ */ r("span", { class: "key minus" })
      ] }),
      /* @__PURE__ */ r("dd", { children: "the largest and the least number of the nearest wire that was watched, in the steps before" }),
      /* @__PURE__ */ r("dt", { children: [
        /* @__PURE__ */ r("span", { class: "verdict critical", children: "✖" }),
        " ",
        /* @__PURE__ */ r("span", { class: "verdict serious", children: "▲" }),
        " ",
        /* @__PURE__ */ r("span", { class: "verdict watch", children: "△" })
      ] }),
      /* @__PURE__ */ r("dd", { children: "a layer that does not learn as it should: critical, serious, to be watched" })
    ] }),
    /* @__PURE__ */ r("h2", { children: "Keys" }),
    /* @__PURE__ */ r(St, { keys: [["→  ←", "the next birth, the one before"], ["?", "this"]] })
  ] });
}

// src/wrong/room.tsx
var Se = v(0);
function pu({ count: e }) {
  return e < 2 ? null : /* @__PURE__ */ r("div", { class: "fields", role: "group", "aria-label": "births", children: Array.from({ length: e }, (t, n) => /* @__PURE__ */ r("button", { type: "button", "aria-pressed": n === Se.value, onClick: () => Se.value = n, children: `birth ${n + 1}` }, n)) });
}
function fu() {
  let e = de.value, t = e?.[Math.min(Se.value, e.length - 1)];
  return /* @__PURE__ */ r("main", { class: "wrong-room", children: /* @__PURE__ */ r("div", { class: "wrong-page", children: [
    !je.value && /* @__PURE__ */ r("p", { class: "why-empty", children: "There is no run to look at." }),
    je.value && e === null && /* @__PURE__ */ r("p", { class: "why-empty", children: "Asking for what went wrong …" }),
    e?.length === 0 && /* @__PURE__ */ r("section", { class: "fine-all", "aria-label": "births", children: [
      /* @__PURE__ */ r("h2", { children: "✓ Every number stayed finite" }),
      /* @__PURE__ */ r("p", { children: w.value?.state === "ended" ? "No NaN and no infinity was born in this run." : "No NaN and no infinity has been born yet. The training is watched: the first one stops it and is shown here." })
    ] }),
    e !== null && /* @__PURE__ */ r(pu, { count: e.length }),
    t !== void 0 && /* @__PURE__ */ r(di, { birth: t }),
    w.value !== null && /* @__PURE__ */ r(pi, {})
  ] }) });
}
function mu() {
  let e = new URLSearchParams();
  (Se.value > 0 || (de.value ?? []).length > 0) && e.set("n", String(Se.value)), F.value !== "" && e.set("theme", F.value);
  let t = e.toString();
  return t === "" ? "#/w" : `#/w?${t}`;
}
async function hu(e) {
  let t = e.indexOf("?");
  if (t >= 0) {
    let n = new URLSearchParams(e.slice(t + 1)), a = Number.parseInt(n.get("n") ?? "0", 10);
    Se.value = Number.isFinite(a) && a > 0 ? a : 0, n.has("theme") && (F.value = yt(n.get("theme")));
  }
  await Bn();
}
var vu = {
  ArrowRight: () => Se.value = Math.min(Math.max(0, (de.value ?? []).length - 1), Se.value + 1),
  ArrowLeft: () => Se.value = Math.max(0, Se.value - 1),
  "?": () => V.value = !V.value
}, mi = {
  key: "w",
  title: "What went wrong",
  isThere: () => je.value,
  View: fu,
  Help: fi,
  link: M(mu),
  visit: hu,
  onKey: (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, select, dialog") !== null) return;
    let t = vu[e.key];
    t !== void 0 && (t(), e.preventDefault());
  }
};

// src/rooms.ts
var In = [br, oi, mi], ge = v(br);
function qr(e) {
  let t = /^#\/([a-z]+)/.exec(e)?.[1];
  return In.find((n) => n.key === t) ?? null;
}

// src/help.tsx
function hi() {
  let e = se(null), t = V.value, { Help: n } = ge.value;
  return Ze(() => {
    t ? e.current?.showModal() : e.current?.close();
  }, [t]), /* @__PURE__ */ r("dialog", { ref: e, class: "help", "aria-labelledby": "help-title", onClose: () => V.value = !1, children: [
    /* @__PURE__ */ r("form", { method: "dialog", children: /* @__PURE__ */ r("button", { class: "close", "aria-label": "close", children: "×" }) }),
    /* @__PURE__ */ r(n, {})
  ] });
}

// src/main.tsx
function gu() {
  let e = In.filter((t) => t.isThere());
  return e.length < 2 ? null : /* @__PURE__ */ r("nav", { class: "doors", "aria-label": "rooms", children: e.map((t) => /* @__PURE__ */ r("a", { href: t.link.value ?? `#/${t.key}`, "aria-current": t === ge.value ? "page" : void 0, children: t.title }, t.key)) });
}
function xu() {
  let { Bar: e, Switches: t, View: n } = ge.value;
  return /* @__PURE__ */ r(x, { children: [
    /* @__PURE__ */ r("header", { children: [
      /* @__PURE__ */ r("h1", { children: [
        /* @__PURE__ */ r("svg", { width: "22", height: "22", viewBox: "0 0 22 22", "aria-hidden": "true", children: [
          /* @__PURE__ */ r("path", { d: "M2 7H9a4 4 0 0 1 4 4H20", class: "mark plus" }),
          /* @__PURE__ */ r("path", { d: "M20 15H13a4 4 0 0 1-4-4H2", class: "mark minus" })
        ] }),
        /* @__PURE__ */ r("span", { children: "Chainrule" })
      ] }),
      /* @__PURE__ */ r(gu, {}),
      e === void 0 ? /* @__PURE__ */ r("div", { class: "formula-bar" }) : /* @__PURE__ */ r(e, {}),
      /* @__PURE__ */ r("div", { class: "switches", children: [
        t !== void 0 && /* @__PURE__ */ r(t, {}),
        /* @__PURE__ */ r("button", { type: "button", "aria-label": _n() ? "light colours" : "dark colours", title: "light or dark", onClick: () => F.value = _n() ? "light" : "dark", children: _n() ? "☀" : "☾" }),
        /* @__PURE__ */ r("button", { type: "button", "aria-label": "help", title: "help (?)", onClick: () => V.value = !0, children: "?" })
      ] })
    ] }),
    le.value && /* @__PURE__ */ r("p", { class: "banner", role: "alert", children: [
      "The server is gone. Once ",
      /* @__PURE__ */ r("code", { children: "chainrule view" }),
      " runs again at this address, this page goes on where it was."
    ] }),
    /* @__PURE__ */ r(n, {}, ge.value.key),
    /* @__PURE__ */ r("p", { class: "spoken", "aria-live": "polite", children: Dt.value }),
    /* @__PURE__ */ r(hi, {})
  ] });
}
async function vi(e) {
  let t = nt.value?.page === "train" ? "#/t" : "#/c", n = qr(e) ?? qr(t) ?? In[0];
  ge.value !== n && ge.value.leave?.(), ge.value = n, await n.visit(e);
}
function bu() {
  let e = location.hash, t = 0;
  ne(() => {
    let n = ge.value.link.value;
    clearTimeout(t), n !== null && (t = setTimeout(() => {
      e = n, history.replaceState(null, "", e);
    }, 100));
  }), addEventListener("hashchange", () => {
    location.hash !== e && (e = location.hash, vi(e));
  });
}
async function yu() {
  sa(/* @__PURE__ */ r(xu, {}), document.getElementById("app")), addEventListener("keydown", (e) => ge.value.onKey(e)), ne(() => {
    F.value === "" ? delete document.documentElement.dataset.theme : document.documentElement.dataset.theme = F.value;
  }), await Ca(), Qt(), await vi(location.hash), bu();
}
yu();
