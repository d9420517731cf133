COMMENT
{% for line in about %}
{{ line }}
{% endfor %}
Rates hold at the temperature of the fit: `celsius` changes nothing.
ENDCOMMENT

TITLE channels {{ channel.name }}

NEURON {
    SUFFIX {{ channel.mechanism }}
    NONSPECIFIC_CURRENT i
    RANGE gbar, e, g
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (mS) = (millisiemens)
}

PARAMETER {
    gbar = {{ channel.conductance }} (mS/cm2)
    e = {{ channel.reversal }} (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    g (mS/cm2)
{% for gate in channel.gates if gate.kind != "instantaneous" %}
    {{ gate.name }}_inf
    {{ gate.name }}_tau (ms)
{% endfor %}
{% for gate in channel.gates if gate.kind == "instantaneous" %}
    {{ gate.name }}
{% endfor %}
}
{% set states = channel.gates | rejectattr("kind", "eq", "instantaneous") | list %}
{% if states %}

STATE { {{ states | map(attribute="name") | join(" ") }} }
{% endif %}

INITIAL {
{% if channel.gates %}
    rates(v)
{% endif %}
{% for gate in states %}
    {{ gate.name }} = {{ gate.name }}_inf
{% endfor %}
}

BREAKPOINT {
{% if states %}
    SOLVE states METHOD cnexp
{% elif channel.gates %}
    rates(v)
{% endif %}
{% if states | length != channel.gates | length and states %}
    rates(v)
{% endif %}
    g = gbar{% for factor in channel.open %}*{{ factor }}{% endfor %}

    i = (0.001)*g*(v - e)
}
{% if states %}

DERIVATIVE states {
    rates(v)
{% for gate in states %}
    {{ gate.name }}' = ({{ gate.name }}_inf - {{ gate.name }})/{{ gate.name }}_tau
{% endfor %}
}
{% endif %}
{% if channel.gates %}

UNITSOFF
PROCEDURE rates(v) {
{% if states | selectattr("kind", "eq", "rates") | list %}
    LOCAL opening, closing
{% endif %}
{% for gate in channel.gates %}
{% if gate.kind == "rates" %}
    opening = {{ gate.first }}
    closing = {{ gate.second }}
    {{ gate.name }}_inf = opening/(opening + closing)
    {{ gate.name }}_tau = 1/(opening + closing)
{% elif gate.kind == "relaxation" %}
    {{ gate.name }}_inf = {{ gate.first }}
    {{ gate.name }}_tau = {{ gate.second }}
{% else %}
    {{ gate.name }} = {{ gate.first }}
{% endif %}
{% endfor %}
}

: x/(1 - exp(-x)), continued through x = 0
FUNCTION linoid(x) {
    if (fabs(x) < 1e-5) {
        linoid = 1 + x/2
    } else {
        linoid = x/(1 - exp(-x))
    }
}
UNITSON
{% endif %}
