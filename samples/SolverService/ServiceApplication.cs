using System.Text.Json.Serialization;
using Hrm.Core;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace Hrm.Samples.SolverService;

/// <summary>A model behind an HTTP API and one page.</summary>
public static class ServiceApplication
{
    /// <summary>More than any puzzle needs: 256×256 cells, each escaped.</summary>
    private const long LargestBody = 512 << 10;

    private const string DefaultModel = "sudoku-9x9";

    /// <summary>The models that come with the samples, by name, and for each the setting that stops it best.</summary>
    private static readonly Dictionary<string, (string Key, string Value)> ShippedModels = new()
    {
        [DefaultModel] = ("Solver:Confidence", "0.95"),
        ["maze-30x30"] = ("Solver:UnchangedSegments", "4"),
    };

    /// <summary>Loads the model, and makes the application that serves it.</summary>
    /// <param name="args">
    /// <c>--model FOLDER</c> (or the name of a model that comes with the samples: <c>sudoku-9x9</c>, the default, or <c>maze-30x30</c>),
    /// <c>--device cuda:0</c>, <c>--dtype bfloat16</c>, <c>--urls ADDRESS</c>, and keys of the sections Solver, Thinking, Torch, Logging and
    /// Kestrel and of the host, for instance <c>--Solver:Limits:MaxQueueLength 16</c>.
    /// </param>
    /// <exception cref="ArgumentException">An argument is not valid.</exception>
    /// <exception cref="HrmException">The model cannot be loaded, or its puzzles are none that this service knows.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options have bad fields; all are listed.</exception>
    public static WebApplication Create(string[] args)
    {
        ServiceArguments.Check(args);

        // The page and the settings stand beside the program, wherever it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddCommandLine(args, ServiceArguments.Switches);
        FindShippedModel(builder.Configuration);
        ServiceArguments.CheckAddresses(builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey));

        // A start that fails is an error line of the program.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        var allowsTensorFloat32 = builder.Configuration.GetValue("Torch:AllowTensorFloat32", false);
        torch.backends.cuda.matmul.allow_tf32 = allowsTensorFloat32;
        torch.backends.cudnn.allow_tf32 = allowsTensorFloat32;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        builder.Services
            .AddHrmSolver(builder.Configuration.GetSection("Solver"))
            .AddSingleton(services => ServedPuzzle.Of(services.GetRequiredService<HrmSolver>().Config))
            .AddSingleton(services => new ThinkingWays(
                services.GetRequiredService<HrmSolver>(), services.GetRequiredService<ServedPuzzle>(), builder.Configuration.GetSection("Thinking")))
            .AddProblemDetails()
            .AddSingleton<IProblemDetailsWriter, UnnegotiatedProblemWriter>()
            .AddExceptionHandler<ProblemHandler>()
            .Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true)
            .ConfigureHttpJsonOptions(options =>
            {
                options.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
                options.SerializerOptions.AllowDuplicateProperties = false;
                options.SerializerOptions.RespectNullableAnnotations = true;
                options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            })
            .AddOpenApi();
        var app = builder.Build();
        try
        {
            return Map(app);
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    /// <summary>Replaces the name of a model that comes with the samples by its folder, and adds halting that suits it if none is set.</summary>
    private static void FindShippedModel(ConfigurationManager configuration)
    {
        var name = configuration["Solver:Folder"] is { Length: > 0 } folder ? folder : DefaultModel;
        if (!ShippedModels.TryGetValue(name, out var stop))
        {
            return;
        }

        configuration["Solver:Folder"] = Path.Combine(AppContext.BaseDirectory, "models", name);
        configuration["Solver:Limits:MaxSegments"] ??= "64";
        string[] stops = ["Solver:Limits:Rule", "Solver:Confidence", "Solver:UnchangedSegments"];
        if (stops.All(key => configuration[key] is null))
        {
            configuration[stop.Key] = stop.Value;
        }
    }

    private static WebApplication Map(WebApplication app)
    {
        // Now, rather than at the first request: a model that does not load, or a limit that is not valid, must end the start.
        var puzzle = app.Services.GetRequiredService<ServedPuzzle>();
        app.Services.GetRequiredService<ThinkingWays>();
        app.UseMiddleware<PageSecurity>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<KnownCharset>();
        app.UseDefaultFiles();

        // Not cached; otherwise a browser could mix the files of two versions.
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache" });
        app.MapOpenApi();
        app.MapModel();
        app.MapPuzzle(puzzle.Kind);
        return app;
    }
}
