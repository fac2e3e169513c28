using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers;

/// <summary>Sends what was made on the host to the device of a model.</summary>
internal static class DeviceTransfer
{
    /// <summary>
    /// The values on a device. For CUDA they go through page-locked memory and nobody waits: a copy from pageable memory would
    /// let the host wait until all that it has asked of the device is done.
    /// </summary>
    /// <param name="host">On the CPU; stays the caller's, and may be disposed at once: libtorch keeps page-locked memory until it was copied.</param>
    /// <param name="device">Where to; the result is <paramref name="host"/> itself where that is the CPU.</param>
    /// <returns>In the caller's dispose scope.</returns>
    public static Tensor Send(Tensor host, Device device)
        => device.type == DeviceType.CUDA ? host.pin_memory().to(device, non_blocking: true) : host.to(device);
}
