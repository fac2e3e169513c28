using System.Diagnostics;
using System.Runtime.InteropServices;
using Hrm.Benchmarks.Measuring;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Devices;

/// <summary>How much memory this process has taken: of its CUDA device, or resident on the host.</summary>
/// <remarks>
/// TorchSharp has no memory statistics, so the driver is asked what is free. libtorch keeps what it has once taken, so at the end
/// of the work that is its peak, in the blocks that it takes (2 MiB and more). Nobody else may use the device meanwhile.
/// </remarks>
internal sealed partial class DeviceMemory
{
    private readonly Device _device;
    private readonly long _before;

    private DeviceMemory(Device device, long before)
    {
        _device = device;
        _before = before;
    }

    /// <summary>Begins, with a device that has been used once: its context is not counted.</summary>
    public static DeviceMemory Begin(Device device)
    {
        if (device.type != DeviceType.CUDA)
        {
            return new DeviceMemory(device, 0);
        }

        using (zeros([1], device: device))
        {
            DeviceWork.Wait(device);
        }

        return new DeviceMemory(device, UsedOnDevice());
    }

    /// <summary>The peak since the beginning, in bytes; on a host that of the whole process.</summary>
    public long Peak()
    {
        if (_device.type == DeviceType.CUDA)
        {
            DeviceWork.Wait(_device);
            return UsedOnDevice() - _before;
        }

        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static long UsedOnDevice()
    {
        var code = MemoryInfo(out var free, out var total);
        return code == 0 ? (long)(total - free) : throw new MeasurementException($"cuMemGetInfo: expected code 0, got {code}");
    }

    /// <summary>Of the driver, for the context of the calling thread, which is libtorch's.</summary>
    [LibraryImport("libcuda.so.1", EntryPoint = "cuMemGetInfo_v2")]
    private static partial int MemoryInfo(out nuint free, out nuint total);
}
