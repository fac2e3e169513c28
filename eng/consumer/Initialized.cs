using Hrm.Runtime;

namespace Consumer;

/// <summary>The initialization of a project without the package's initializer.</summary>
internal static class Initialized
{
    public static void Run()
    {
        TorchRuntime.Initialize();
        First.Run();
        Console.WriteLine($"consumer: libtorch is {TorchRuntime.Describe().Libtorch}");
    }
}
