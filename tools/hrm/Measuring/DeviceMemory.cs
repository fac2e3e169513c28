using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Tool;

/// <summary>Peak memory of this process: resident on the host, or allocated on a CUDA device.</summary>
/// <remarks>
/// TorchSharp has no memory statistics, so the driver reports the free memory. libtorch keeps the blocks it has allocated, so the
/// memory in use at the end is the peak. No other process may use the device at the same time.
/// </remarks>
internal sealed partial class DeviceMemory
{
    /// <summary>Bytes of a mebibyte.</summary>
    public const double Mebibyte = 1024.0 * 1024.0;

    private readonly Device _device;
    private readonly double _beforeMiB;

    /// <summary>Starts a measurement. A device is used once before, so that its context is not counted.</summary>
    public DeviceMemory(Device device)
    {
        _device = device;
        zeros([1], device: device).Dispose();
        _beforeMiB = device.type == DeviceType.CUDA ? UsedMiB() : 0;
    }

    /// <summary>Waits until a device has finished its work.</summary>
    public static void Wait(Device device)
    {
        if (device.type == DeviceType.CUDA)
        {
            cuda.synchronize(device);
        }
    }

    /// <summary>Peak in MiB: of the device since the start, or of the whole process on the host.</summary>
    /// <exception cref="MeasurementException">The driver does not report the memory.</exception>
    public double PeakMiB() => UsedMiB() - _beforeMiB;

    private double UsedMiB()
    {
        if (_device.type == DeviceType.CPU)
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / Mebibyte;
        }

        Wait(_device);
        var code = MemoryInfo(out var free, out var total);
        return code == 0 ? (total - free) / Mebibyte : throw new MeasurementException($"cuMemGetInfo: expected code 0, got {code}");
    }

    /// <summary>Queries the context of the calling thread, which is libtorch's.</summary>
    [LibraryImport("libcuda.so.1", EntryPoint = "cuMemGetInfo_v2")]
    private static partial int MemoryInfo(out nuint free, out nuint total);
}
