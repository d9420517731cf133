"""One file per simulator. Each has VARIANTS, from a name to a class with

knob_name, knobs  what sets the accuracy ("dt" in ms, or a tolerance), from coarse to fine;
accuracy_sets     how many sets the error is measured on;
timed_sets        how many sets a timed run has;
chunk             how many sets are handed over at once;
voltages(sets, knob)  sample times and the voltage of every step, one row per set;
seconds(sets, knob)   wall time of the simulation alone;
versions()            of the packages that do the work.
"""
