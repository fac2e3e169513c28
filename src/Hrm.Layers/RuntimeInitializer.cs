using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Hrm.Runtime;

namespace Hrm.Layers;

internal static class RuntimeInitializer
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The library must be ready before a module's constructor touches torch.")]
    internal static void Run() => TorchRuntime.Initialize();
}
