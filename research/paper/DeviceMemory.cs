using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Paper;

/// <summary>Peak memory of this process: resident on the host, or allocated on a CUDA device.</summary>
/// <remarks>
/// TorchSharp has no memory statistics, so the driver reports the free memory. libtorch keeps the blocks it has allocated, so the
/// memory in use at the end is the peak. No other process may use the device at the same time.
/// </remarks>
internal sealed partial class DeviceMemory
{
    private readonly Device _device;
    private readonly long _before;

    /// <summary>Starts a measurement. A device is used once before, so that its context is not counted.</summary>
    public DeviceMemory(Device device)
    {
        _device = device;
        if (device.type == DeviceType.CUDA)
        {
            zeros([1], device: device).Dispose();
            _before = UsedOnDevice();
        }
    }

    /// <summary>Peak in bytes: of the device since the start, or of the whole process on the host.</summary>
    public long Peak()
    {
        if (_device.type == DeviceType.CUDA)
        {
            return UsedOnDevice() - _before;
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>Waits until the device has finished its work.</summary>
    public void Wait()
    {
        if (_device.type == DeviceType.CUDA)
        {
            cuda.synchronize(_device);
        }
    }

    private long UsedOnDevice()
    {
        Wait();
        var code = MemoryInfo(out var free, out var total);
        return code == 0 ? (long)(total - free) : throw new MeasurementException($"cuMemGetInfo: expected code 0, got {code}");
    }

    /// <summary>Queries the context of the calling thread, which is libtorch's.</summary>
    [LibraryImport("libcuda.so.1", EntryPoint = "cuMemGetInfo_v2")]
    private static partial int MemoryInfo(out nuint free, out nuint total);
}
