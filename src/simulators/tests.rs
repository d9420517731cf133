//! The files of a squid axon and of a cell with every form. Whether simulators find the same spikes is seen by
//! `benches/peers/simulators.py`.

use super::*;
use crate::model::kinetics::{Form, Term};

fn term(form: Form, size: f64, slopes: &[(f64, f64)]) -> Vec<Term> {
    vec![Term { form, size, slopes: slopes.to_vec() }]
}

fn gate(name: &str, power: usize, kinetics: Kinetics) -> Gate {
    Gate { name: name.to_owned(), power, kinetics }
}

/// A channel with rates, one that relaxes and opens at once, and a leak.
fn cell(current: Current) -> Cell {
    let m = Kinetics::Rates {
        alpha: term(Form::LinearExponential, 1.5, &[(-40.0, 10.0)]),
        beta: term(Form::Exponential, 4.0, &[(-65.0, -18.0)]),
    };
    let mut tau = term(Form::Bell, 600.0, &[(-58.5, 20.0), (-35.0, 20.0)]);
    tau.extend(term(Form::Constant, 1.0, &[]));
    let p =
        Kinetics::Relaxation { steady_state: term(Form::Sigmoid, 1.0, &[(-35.0, 10.0)]), time_constant: tau };
    let s = Kinetics::Instantaneous { steady_state: term(Form::Sigmoid, 1.0, &[(5.0, -6.0)]) };
    let channel =
        |name: &str, gates| Channel { name: name.to_owned(), conductance: 120.0, reversal_mv: 50.0, gates };
    let sweep = Sweep {
        name: "sweep 0".to_owned(),
        duration_ms: 100.0,
        start_mv: -65.0,
        current,
        spikes_ms: vec![12.3456, 30.0],
    };
    Cell {
        about: vec!["a cell".to_owned()],
        channels: vec![
            channel("Na", vec![gate("m", 3, m)]),
            channel("M", vec![gate("p", 1, p), gate("s", 2, s)]),
            channel("leak", Vec::new()),
        ],
        capacitance_uf_cm2: 1.0,
        area_um2: 1000.0,
        threshold_mv: -20.0,
        sweeps: vec![sweep],
    }
}

fn steps() -> Current {
    Current::Steps(StepCurrent { start_ua_cm2: 0.0, changes: vec![(10.0, 2.5), (60.0, 0.0)] })
}

fn text<'f>(files: &'f [File], name: &str) -> &'f str {
    let names: Vec<&str> = files.iter().map(|file| &*file.name).collect();
    &files.iter().find(|file| file.name == name).unwrap_or_else(|| panic!("no {name} in {names:?}")).text
}

#[test]
fn neuron_gets_a_mechanism_for_each_channel() {
    let files = files(&cell(steps()), Simulator::Neuron).unwrap();
    let sodium = text(&files, "cell_Na.mod");
    assert!(sodium.contains("opening = 1.5*linoid((v + 40.0)/10.0)\n"), "{sodium}");
    assert!(sodium.contains("closing = 4.0*exp((v + 65.0)/(-18.0))\n"), "{sodium}");
    assert!(sodium.contains("STATE { m }") && sodium.contains("g = gbar*m^3\n"), "{sodium}");
    let slow = text(&files, "cell_M.mod");
    assert!(
        slow.contains("p_tau = 600.0/(exp((v + 58.5)/20.0) + exp((v + 35.0)/(-20.0))) + 1.0\n"),
        "{slow}"
    );
    assert!(slow.contains("s = 1.0/(1 + exp((v - 5.0)/6.0))\n") && slow.contains("STATE { p }"), "{slow}");
    assert!(slow.contains("g = gbar*p*s^2\n"), "{slow}");
    let leak = text(&files, "cell_leak.mod");
    assert!(leak.contains("g = gbar\n") && !leak.contains("STATE") && !leak.contains("rates("), "{leak}");
    assert!(text(&files, "cell.py").contains("soma.gbar_cell_Na = 120.0\n"));
    assert!(text(&files, "cell.hoc").contains("{instants.append(0.0, 10.0, 60.0)}\n"));
}

#[test]
fn brian_has_one_room_for_all_names() {
    let files = files(&cell(steps()), Simulator::Brian2).unwrap();
    let script = text(&files, "cell.py");
    assert!(script.contains("alpha_m_Na = 1.5/exprel((v_mV + 40.0)/(-10.0)) : 1\n"), "{script}");
    assert!(script.contains("I_M = 120.0*msiemens/cm**2*p_M*s_M**2*(v - (50.0)*mV)"), "{script}");
    assert!(script.contains("cell.p_M = \"inf_p_M\"\n") && !script.contains("cell.s_M"), "{script}");
}

#[test]
fn neuroml_names_standard_forms_and_defines_others() {
    let files = files(&cell(steps()), Simulator::NeuroMl).unwrap();
    let sweep = text(&files, "sweep_1.nml");
    let standard =
        "<forwardRate type=\"HHExpLinearRate\" rate=\"1.5per_ms\" midpoint=\"-40.0mV\" scale=\"10.0mV\"/>";
    assert!(sweep.contains(standard), "{sweep}");
    assert!(
        sweep.contains("<ComponentType name=\"M_p_timeCourse\" extends=\"baseVoltageDepTime\">"),
        "{sweep}"
    );
    assert!(sweep.contains("value=\"(term_1 + term_2)*UNIT\""), "{sweep}");
    // 2.5 uA/cm^2 through 1000 um^2 are 0.025 nA.
    assert!(sweep.contains("delay=\"10.0ms\" duration=\"50.0ms\" amplitude=\"0.025"), "{sweep}");
    assert_eq!(sweep.matches("<pulseGenerator").count(), 1);
    let lems = text(&files, "LEMS_sweep_1.xml");
    assert!(lems.contains("<Include file=\"sweep_1.nml\"/>"), "{lems}");
}

/// A current sample by sample is a file beside the scripts; NeuroML has no such current.
#[test]
fn a_sampled_current_is_a_file() {
    let cell = cell(Current::Samples { interval_ms: 0.5, density: vec![0.0, 0.25, -1.5] });
    for simulator in [Simulator::Neuron, Simulator::Brian2] {
        let files = files(&cell, simulator).unwrap();
        assert_eq!(text(&files, "sweep_1_uA_cm2.txt"), "0.0\n0.25\n-1.5\n");
        assert!(text(&files, "cell.py").contains("\"samples\": \"sweep_1_uA_cm2.txt\""));
    }
    let error = files(&cell, Simulator::NeuroMl).unwrap_err().to_string();
    assert!(error.contains("sweep `sweep 0`") && error.contains("neuron or brian2"), "{error}");
}

/// The singular term has its limit, which is its size.
#[test]
fn a_sum_with_a_singular_term_asks_for_its_midpoint() {
    let mut cell = cell(steps());
    let Kinetics::Rates { alpha, .. } = &mut cell.channels[0].gates[0].kinetics else { panic!() };
    alpha.extend(term(Form::Constant, 0.25, &[]));
    let files = files(&cell, Simulator::NeuroMl).unwrap();
    let sweep = text(&files, "sweep_1.nml");
    assert!(sweep.contains("<Case condition=\"V .neq. (-40.0)\" value=\"1.5*((V + 40.0)/10.0)/(1 - exp((V + 40.0)/(-10.0)))\"/>"), "{sweep}");
    assert!(sweep.contains("<Case value=\"1.5\"/>"), "{sweep}");
}
