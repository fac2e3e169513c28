using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Devices;

/// <summary>Work that a device may still be busy with when the host has asked for all of it.</summary>
internal static class DeviceWork
{
    /// <summary>Waits until the device has done all that it was asked for; on a CPU that is so already.</summary>
    public static void Wait(Device device)
    {
        if (device.type == DeviceType.CUDA)
        {
            cuda.synchronize(device);
        }
    }
}
