using Hrm.Tool;

return await CommandLine.RunAsync(HrmCommand.Create(), args);
