using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Hrm.Layers;

internal static class TorchRuntimeInitializer
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The library must be ready before a module's constructor touches torch.")]
    internal static void Run() => TorchRuntime.Initialize();
}
