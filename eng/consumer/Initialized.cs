using Hrm.Runtime;

namespace Consumer;

/// <summary>What a project without the package's initializer has to do.</summary>
internal static class Initialized
{
    public static void Run()
    {
        TorchRuntime.Initialize();
        First.Run();
        Console.WriteLine($"consumer: libtorch is {TorchRuntime.Describe().Libtorch}");
    }
}
