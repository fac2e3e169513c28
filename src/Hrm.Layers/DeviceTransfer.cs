namespace Hrm.Layers;

/// <summary>Copies tensors from the host to the device of a model.</summary>
internal static class DeviceTransfer
{
    /// <summary>
    /// Copies a tensor to a device. For CUDA it goes through page-locked memory without waiting: a copy from pageable memory would make
    /// the host wait for all pending work of the device.
    /// </summary>
    /// <param name="host">On the CPU; owned by the caller, which may dispose it immediately: libtorch keeps page-locked memory until it is copied.</param>
    /// <param name="device">The device; for the CPU the result is <paramref name="host"/> itself.</param>
    /// <returns>A tensor in the caller's dispose scope.</returns>
    public static Tensor Send(Tensor host, Device device)
        => device.type == DeviceType.CUDA ? host.pin_memory().to(device, non_blocking: true) : host.to(device);
}
