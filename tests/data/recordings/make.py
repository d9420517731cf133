"""Writes the tiny recordings of this folder with the programs that people use: pynwb, h5py, NumPy and SciPy.

    python make.py            (pip install pynwb scipy)

Two sweeps of 60 samples, 0.1 ms apart: v = -65 + sweep + sample / 4 mV, i = 50 (sweep + 1) pA for samples 20 to 39.
"""

from datetime import datetime, timezone
from pathlib import Path

import h5py
import numpy as np
import scipy.io
from pynwb import NWBHDF5IO, H5DataIO, NWBFile
from pynwb.icephys import CurrentClampSeries, CurrentClampStimulusSeries

HERE = Path(__file__).parent
SAMPLES = 60
T_MS = 0.1 * np.arange(SAMPLES)
V_MV = np.array([-65 + sweep + np.arange(SAMPLES) / 4 for sweep in range(2)])
I_PA = np.array([np.where((np.arange(SAMPLES) >= 20) & (np.arange(SAMPLES) < 40), 50.0 * (sweep + 1), 0) for sweep in range(2)])


def nwb(name, is_int16, has_times, has_table, electrodes=1):
    file = NWBFile("tiny", name, datetime(2020, 1, 1, tzinfo=timezone.utc), file_create_date=datetime(2020, 1, 1, tzinfo=timezone.utc))
    device = file.create_device("rig")
    for cell in range(electrodes):
        electrode = file.create_icephys_electrode(name=f"cell{cell}", device=device, description="made up")
        for sweep in range(2):
            timing = {"rate": 10_000.0, "starting_time": 3.0 * sweep}
            if has_times:
                timing = {"timestamps": 3.0 * sweep + T_MS / 1000}
            voltage, scale = V_MV[sweep] / 1000 - cell * 0.01, {"conversion": 1.0}
            if is_int16:
                # Quarters of a millivolt above -50 mV.
                counts = np.round((voltage + 0.05) / 0.00025).astype(np.int16)
                voltage = H5DataIO(counts, compression="gzip", shuffle=True, chunks=(16,))
                scale = {"conversion": 0.00025, "offset": -0.05}
            tag = f"{sweep:05d}_AD{cell}" if not has_table else f"{sweep}_{cell}"
            response = CurrentClampSeries(name=f"data_{tag}", data=voltage, electrode=electrode, gain=1.0,
                                          bias_current=-10e-12, **scale, **timing)
            stimulus = CurrentClampStimulusSeries(name=f"data_{tag.replace('AD', 'DA')}", data=I_PA[sweep] * 1e-12,
                                                  electrode=electrode, gain=1.0, conversion=1.0, **timing)
            file.add_acquisition(response, use_sweep_table=False)
            file.add_stimulus(stimulus, use_sweep_table=False)
            if has_table:
                file.add_intracellular_recording(electrode=electrode, response=response, stimulus=stimulus,
                                                 stimulus_start_index=0, stimulus_index_count=SAMPLES,
                                                 response_start_index=0, response_index_count=SAMPLES)
    with NWBHDF5IO(HERE / name, "w") as io:
        io.write(file, cache_spec=False)


def wavesurfer():
    with h5py.File(HERE / "wavesurfer.h5", "w") as file:
        header = file.create_group("header")
        header["AcquisitionSampleRate"] = np.array([[10_000.0]])
        texts = h5py.string_dtype()
        header.create_dataset("AIChannelNames", data=["unused", "Vm", "Im"], dtype=texts)
        header.create_dataset("AIChannelUnits", data=["V", "mV", "pA"], dtype=texts)
        header["AIChannelScales"] = np.array([[1.0, 0.01, 0.002]]).T
        header["IsAIChannelActive"] = np.array([[0.0, 1.0, 1.0]]).T
        header["AIScalingCoefficients"] = np.array([[0.5, 0.0025, 0.0, 0.0], [0.0, 0.1, 0.0, 0.0]])
        for sweep in range(2):
            counts = np.array([(V_MV[sweep] * 0.01 - 0.5) / 0.0025, I_PA[sweep] * 0.002 / 0.1])
            file[f"sweep_{sweep + 1:04d}/analogScans"] = np.round(counts).astype(np.int16)


def mat73():
    with h5py.File(HERE / "v73.mat", "w", userblock_size=512) as file:
        # MATLAB stores a matrix of samples by sweeps with its dimensions reversed.
        file.create_dataset("t_ms", data=T_MS[None, :])
        file.create_dataset("v_mV", data=V_MV, compression="gzip", chunks=(1, 30))
        file.create_dataset("i_pA", data=I_PA)
    with open(HERE / "v73.mat", "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, made by h5py".ljust(124) + b"\x00\x02IM")


def wfdb():
    (HERE / "record.hea").write_text(
        f"# made up\nrecord 2 10000 {SAMPLES}\nrecord.dat 16 4(0)/mV 12 0 0 0 0 Vm\nrecord.dat 16 1(0)/pA 12 0 0 0 0 Im\n")
    np.column_stack([V_MV[0] * 4, I_PA[0]]).astype("<i2").tofile(HERE / "record.dat")


def atf():
    lines = ["ATF\t1.0", "1\t5", '"Signals="\t"IN 0"\t"IN 1"\t"IN 0"\t"IN 1"',
             '"Time (s)"\t"Trace #1 (mV)"\t"Trace #1 (pA)"\t"Trace #2 (mV)"\t"Trace #2 (pA)"']
    for i in range(SAMPLES):
        cells = [T_MS[i] / 1000, V_MV[0][i], I_PA[0][i], V_MV[1][i], I_PA[1][i]]
        lines.append("\t".join(f"{cell:.7g}" for cell in cells))
    (HERE / "clampfit.atf").write_text("\r\n".join(lines) + "\r\n")


nwb("table_int16.nwb", is_int16=True, has_times=False, has_table=True)
nwb("named_float.nwb", is_int16=False, has_times=True, has_table=False)
nwb("two_electrodes.nwb", is_int16=False, has_times=False, has_table=True, electrodes=2)
np.savez(HERE / "stored.npz", t_ms=T_MS, v_mV=V_MV, i_pA=I_PA)
np.savez_compressed(HERE / "deflated.npz", fs_kHz=np.float32(10), voltage_V=np.asfortranarray(V_MV / 1000), i_nA=I_PA / 1000)
scipy.io.savemat(HERE / "v7.mat", {"t_ms": T_MS, "v_mV": V_MV.T, "i_pA": I_PA.T}, do_compression=True)
scipy.io.savemat(HERE / "v6_struct.mat", {"cell": {"note": "text", "dt_ms": 0.1, "v_mV": V_MV, "i_pA": I_PA.astype(np.int16)}})
wavesurfer()
mat73()
wfdb()
atf()
